from django.db import migrations, models

FTS = """
    CREATE VIRTUAL TABLE core_search_fts
    USING fts5(title, names, summary, body, tokenize = 'ascii')
"""
VECTORS = ["ALTER TABLE core_searchentry SET (toast_tuple_target = 128)"]
for name in ("titles", "heads", "leads", "vector"):
    VECTORS += [
        f"ALTER TABLE core_searchentry ADD COLUMN {name} tsvector",
        f"ALTER TABLE core_searchentry ALTER COLUMN {name} SET STORAGE EXTERNAL",
        f"CREATE INDEX core_searchentry_{name} ON core_searchentry USING gin ({name})",
        # Left to itself, PostgreSQL reads every vector where many match.
        f"""
            CREATE FUNCTION core_search_{name}(query tsquery, number integer)
            RETURNS SETOF bigint LANGUAGE sql STABLE
            SET enable_seqscan = off SET plan_cache_mode = force_custom_plan
            AS 'SELECT record_pk FROM core_searchentry WHERE {name} @@ query AND id >> 52 = number'
        """,
    ]


def make_index(apps, schema_editor):
    """Terms come from Python; the databases only keep them (`core/search/store.py`)."""
    statements = [FTS] if schema_editor.connection.vendor == "sqlite" else VECTORS
    for statement in statements:
        schema_editor.execute(statement)


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE core_search_fts")
    else:
        for name in ("titles", "heads", "leads", "vector"):
            schema_editor.execute(f"DROP FUNCTION core_search_{name}")


class Migration(migrations.Migration):
    dependencies = [("core", "0003_moment_of_the_latest_change_and_cache")]

    operations = [
        migrations.CreateModel(
            name="LogReader",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("record_pk", models.BigIntegerField()),
                ("uid", models.UUIDField(db_index=True)),
                ("digest", models.CharField(max_length=16)),
            ],
            options={
                "verbose_name": "entry of the search index",
                "verbose_name_plural": "entries of the search index",
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("length", models.PositiveSmallIntegerField(db_index=True)),
            ],
            options={
                "verbose_name": "word of the search index",
                "verbose_name_plural": "words of the search index",
            },
        ),
        migrations.RunPython(make_index, drop_index),
    ]
