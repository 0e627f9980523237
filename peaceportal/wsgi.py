import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peaceportal.settings")

application = get_wsgi_application()

from django.db import connections  # noqa: E402 - once the apps are there

from peaceportal.core import upgrades  # noqa: E402

_reason = upgrades.reason_not_to_serve()
connections.close_all()  # requests have connections of their own
if _reason:
    sys.exit(f"Peace Portal cannot start: {_reason}")
