from django.core.management import call_command
from django.db import migrations


def make_cache_tables(apps, schema_editor):
    """Those of the caches that the settings name; a table that is there is left as it is."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("core", "0013_uploads_to_import")]

    operations = [migrations.RunPython(make_cache_tables, migrations.RunPython.noop)]
