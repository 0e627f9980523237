from django.contrib.auth.management import create_permissions
from django.db import migrations

RECORDS = {
    "organisations": [
        *("organisation", "organisationname", "succession", "areaofwork", "engagement"),
        *("activity", "place", "source", "quotation", "resource"),
    ],
    "timeline": ["event", "eventseries", "participation", "document"],
    "core": ["identifier"],
}
# What stands on a form as a row, and is taken out there.
ROWS = ["organisationname", "succession", "engagement", "participation", "identifier"]
PUBLISH = [("core", "publish")]
ACCOUNTS = [("core", f"{verb}_user") for verb in ("add", "change", "view")]
ACCOUNTS += [("auth", "view_group"), ("core", "view_auditentry")]


def make_roles(apps, schema_editor):
    """A group for each role. One that is there already keeps what else it may do."""
    for label in ("auth", *RECORDS):
        config = apps.get_app_config(label)
        before, config.models_module = getattr(config, "models_module", None), True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = before
    write = [
        (label, f"{verb}_{model}")
        for label, models in RECORDS.items()
        for model in models
        for verb in ("add", "change", "view", *(["delete"] if model in ROWS else []))
    ]
    write.append(("core", "view_oldslug"))
    roles = {
        "Editor": write,
        "Publisher": [*write, *PUBLISH],
        "Administrator": [*write, *PUBLISH, *ACCOUNTS],
    }
    Group, Permission = (apps.get_model("auth", name) for name in ("Group", "Permission"))
    known = {(p.content_type.app_label, p.codename): p for p in _every(Permission)}
    for name, rights in roles.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.add(*(known[right] for right in rights))


def _every(Permission):
    return Permission.objects.select_related("content_type")


class Migration(migrations.Migration):
    dependencies = [
        ("timeline", "0005_texts_of_documents"),
        ("organisations", "0002_moments_by_the_clock"),
        ("core", "0007_sign_ins_and_accounts"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
