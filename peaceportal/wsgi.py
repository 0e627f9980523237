import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peaceportal.settings")

application = get_wsgi_application()

from peaceportal.core import upgrades  # noqa: E402 - once the apps are there

_reason = upgrades.reason_not_to_serve()
if _reason:
    sys.exit(f"Peace Portal cannot start: {_reason}")
