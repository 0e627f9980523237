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
except DatabaseError:
    _reason = ""
    application = LateLook(application)
connections.close_all()  # requests have connections of their own
if _reason:
    sys.exit(f"Peace Portal cannot start: {_reason}")
