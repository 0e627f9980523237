from django.db import migrations


def make_counter(apps, schema_editor):
    counters = apps.get_model("core", "ChangeCounter").objects.using(schema_editor.connection.alias)
    counters.get_or_create(pk=1)


class Migration(migrations.Migration):
    """The one row of the counter is there before two writers could both want to make it."""

    dependencies = [("core", "0001_initial")]

    operations = [migrations.RunPython(make_counter, migrations.RunPython.noop)]
