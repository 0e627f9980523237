from django.apps import AppConfig, apps


class CoreConfig(AppConfig):
    name = "peaceportal.core"
    label = "core"
    verbose_name = "Accounts and addresses"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from peaceportal.core import changes
        from peaceportal.core.records import Record

        changes.listen(model for model in apps.get_models() if issubclass(model, Record))
