from peaceportal.core.imports.commands import ImportCommand
from timeline.imports.events import EVENTS


class Command(ImportCommand):
    help = "Imports events from a CSV or XLSX file; docs/importing.md explains it."
    shape = EVENTS
