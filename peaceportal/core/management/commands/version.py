import platform

import django
from django.conf import settings
from django.core.management.base import BaseCommand

from peaceportal.core import versions_of_parts


class Command(BaseCommand):
    help = "Says which versions of the site, of Python, of Django and of the database run here."
    requires_system_checks = []

    def handle(self, *args, **options):
        commit = versions_of_parts.commit()
        self.stdout.write(f"Peace Portal {settings.VERSION}{f' ({commit})' if commit else ''}")
        self.stdout.write(f"Python {platform.python_version()}")
        self.stdout.write(f"Django {django.__version__}")
        self.stdout.write(versions_of_parts.database())
