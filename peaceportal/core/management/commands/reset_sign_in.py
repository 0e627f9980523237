from django.core.management.base import BaseCommand, CommandError

from peaceportal.core.models import User


class Command(BaseCommand):
    help = (
        "Helps someone who lost a second factor: removes every factor and the password of an "
        "account, ends its sessions, and prints a link that works once."
    )

    def add_arguments(self, parser):
        parser.add_argument("username", help="the name of the account")

    def handle(self, *args, username, **options):
        from peaceportal.core.sign_in import links

        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            names = User.objects.filter(is_active=True, is_staff=True).order_by("username")
            known = ", ".join(names.values_list("username", flat=True)[:20])
            raise CommandError(f"No account is called “{username}”. There are: {known or 'none'}.")
        if not (user.is_active and user.is_staff):
            raise CommandError(f"The account “{user}” is closed. Open it in the admin first.")
        link = links.begin_again(user, by="manage.py reset_sign_in")
        self.stdout.write(
            f"“{user}” has no password and no second factor any more, and is signed in nowhere.\n"
            f"This link works once, for {links.DAYS} days, and is shown this once:\n\n"
            f"  {link}\n"
        )
