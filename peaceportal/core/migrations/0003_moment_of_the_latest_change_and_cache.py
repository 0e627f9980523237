from django.core.management import call_command
from django.db import migrations, models
from django.utils import timezone


def make_cache_table(apps, schema_editor):
    """The table of the cache that all processes share, where the settings name one."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_change_counter")]

    operations = [
        migrations.AddField(
            model_name="changecounter",
            name="at",
            field=models.DateTimeField(default=timezone.now),
        ),
        migrations.RunPython(make_cache_table, migrations.RunPython.noop),
    ]
