from django.db import migrations

STATEMENTS = [
    *(
        f"DROP FUNCTION core_search_{name}(tsquery, integer)"
        for name in ("titles", "heads", "leads", "vector")
    ),
    # The next search makes the index anew, because the version of the analysis was raised.
    "TRUNCATE core_searchentry",
    "ALTER TABLE core_searchentry DROP COLUMN titles, DROP COLUMN heads, DROP COLUMN leads",
    # PostgreSQL moves long columns out of rows of more than 2 kB only (`core/search/store.py`).
    "ALTER TABLE core_searchentry ADD COLUMN filler text NOT NULL DEFAULT repeat(' ', 2040)",
    """
        CREATE FUNCTION core_search(query tsquery) RETURNS SETOF bigint LANGUAGE sql STABLE
        SET enable_seqscan = off SET plan_cache_mode = force_custom_plan
        AS 'SELECT id FROM core_searchentry WHERE vector @@ query'
    """,
]


def make_narrow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in STATEMENTS:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("core", "0008_token_of_a_change")]

    operations = [migrations.RunPython(make_narrow)]
