from django.core.management.commands import loaddata

from peaceportal.core.versions.capture import one_version


class Command(loaddata.Command):
    """Django's, with all that it loads kept as one version."""

    def handle(self, *labels, **options):
        with one_version(using=options["database"]):
            super().handle(*labels, **options)
