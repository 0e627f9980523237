from django.apps import AppConfig, apps
from django.conf import settings


class CoreConfig(AppConfig):
    name = "peaceportal.core"
    label = "core"
    verbose_name = "Accounts and addresses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from peaceportal.core import (
            care,
            changes,
            error_reports,
            upgrades,  # noqa: F401 - it registers a check
        )
        from peaceportal.core.identifiers import Identifier
        from peaceportal.core.links import uses
        from peaceportal.core.publishing import Page
        from peaceportal.core.records import Record
        from peaceportal.core.versions import capture

        if settings.SENTRY_DSN:
            error_reports.start(settings.SENTRY_DSN)
        records = [model for model in apps.get_models() if issubclass(model, Record)]
        changes.listen(records)
        care.declare(records)
        uses.watch(records)
        capture.register(model for model in records if model.is_versioned)
        # A dump writes the pages before the identifiers that name them.
        Identifier.natural_key.dependencies = [
            model._meta.label_lower for model in records if issubclass(model, Page)
        ]
