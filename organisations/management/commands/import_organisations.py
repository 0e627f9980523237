from organisations.imports.organisations import ORGANISATIONS
from peaceportal.core.imports.commands import ImportCommand


class Command(ImportCommand):
    help = "Imports organisations from a CSV or XLSX file; docs/importing.md explains it."
    shape = ORGANISATIONS
