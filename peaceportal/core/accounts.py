from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A member of staff. Visitors have no account."""

    class Meta(AbstractUser.Meta):
        permissions = [("publish", _("Can publish, archive, merge, remove and put back"))]
