import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext

from peaceportal.core.sign_in import audit

# No letter or figure that is easily taken for another.
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


class Command(BaseCommand):
    help = "Makes the first staff account, where there is none, and prints its password once."

    def add_arguments(self, parser):
        parser.add_argument("--name", default="admin", help="the name to sign in with")

    def handle(self, *args, name, **options):
        users = get_user_model()._default_manager
        password = new_password()
        with transaction.atomic():
            if users.filter(is_staff=True).exists():
                self.stdout.write("A staff account exists already: none was made.")
                return
            if users.filter(username=name).exists():
                raise CommandError(f"“{name}” is taken by another account. Choose another --name.")
            user = users.create_superuser(name, password=password)
            detail = gettext("made, and may do everything")
            audit.write(audit.Kind.ACCOUNT, account=user, by="manage.py first_staff", detail=detail)
        address = settings.SITE_URL + reverse("admin:index")
        self.stdout.write(
            f"Made the first staff account. Sign in at {address}\n"
            f"  name: {name}\n"
            f"  password: {password}\n"
            "  The password is shown this once. Change it after signing in."
        )


def new_password() -> str:
    """Random, about 99 bits, in groups that can be typed from paper."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(5)) for _ in range(4))
