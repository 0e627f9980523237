import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peaceportal.settings")

application = get_wsgi_application()

from django.db import DatabaseError, connections  # noqa: E402 - once the apps are there

from peaceportal.core import upgrades  # noqa: E402
from peaceportal.late_look import LateLook  # noqa: E402

try:
    _reason = upgrades.reason_not_to_serve()
    # Where it has come back in between, nobody has brought it up to date.
    _is_ready = bool(_reason) or not upgrades.is_behind()
except DatabaseError:
    _reason, _is_ready = "", False
connections.close_all()  # requests have connections of their own
if _reason:
    sys.exit(f"Peace Portal cannot start: {_reason}")
if not _is_ready:
    application = LateLook(application)
