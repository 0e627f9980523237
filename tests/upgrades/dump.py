"""Write the rows of this site, and the migrations that it has, as gzipped JSON.

With --fill it first makes the records of `tests/rich_records.py`, and loads the first content.
"""

import gzip
import json
import os
import sys

LEFT_OUT = {"sessions.session", "core.searchentry", "core.searchword"}


def main():
    import django

    django.setup()
    from django.apps import apps
    from django.core.serializers.json import DjangoJSONEncoder
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    if "--fill" in sys.argv:
        fill()
    applied = sorted(map(list, MigrationRecorder(connection).applied_migrations()))
    rows = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label_lower in LEFT_OUT or model._meta.proxy:
            continue
        names = [field.attname for field in model._meta.concrete_fields]
        with connection.cursor() as cursor:
            quoted = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields)
            table = model._meta.db_table
            cursor.execute(f'SELECT {quoted} FROM "{table}" ORDER BY 1')  # noqa: S608
            rows[model._meta.label_lower] = [names, *map(list, cursor.fetchall())]
    text = json.dumps({"migrations": applied, "rows": rows}, cls=DjangoJSONEncoder)
    sys.stdout.buffer.write(gzip.compress(text.encode(), mtime=0))


def fill():
    from django.core.management import call_command

    from tests.rich_records import RICH

    call_command("load_content", stdout=sys.stderr)
    for model, make in RICH.items():
        make(f"Rich {model.__name__}", 1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peaceportal.settings")
    main()
