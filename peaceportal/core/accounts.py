from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Accounts(UserManager):
    use_in_migrations = False

    @classmethod
    def normalize_email(cls, email):
        """Written in one way, by which it is found again whichever way it is typed."""
        return (email or "").strip().lower()


class User(AbstractUser):
    """A member of staff. Visitors have no account.

    Someone signs in by name or by e-mail, so an address belongs to one account at most.
    """

    objects = Accounts()

    class Meta(AbstractUser.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        permissions = [("publish", _("Can publish, archive, merge, remove and put back"))]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="one_account_an_email",
                violation_error_message=_("Another account has this e-mail address."),
            )
        ]
