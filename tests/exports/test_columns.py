"""A model or a field that is added later is exported, or a test says that it is not."""

import pytest
from django.apps import apps
from django.db import models

from organisations.models import Place
from peaceportal.core import models as core
from peaceportal.core.content import record_models
from peaceportal.core.exports.columns import Unexportable, column_of, columns_of, exported_models

# What is no content: the backup of a site keeps it.
NOT_EXPORTED = {
    core.AuditEntry,
    core.Change,
    core.ChangeCounter,
    core.Double,
    core.Link,
    core.LinkUse,
    core.LogReader,
    core.Merge,
    core.MissedAddress,
    core.SearchEntry,
    core.SearchWord,
    core.Upload,
    core.User,
    core.VersionDetail,
}


def test_every_model_is_exported_or_said_to_be_none():
    ours = {
        model
        for app in ("core", "organisations", "timeline")
        for model in apps.get_app_config(app).get_models()
    }
    assert ours - NOT_EXPORTED == set(record_models()) == set(exported_models())


def test_what_others_name_comes_before_them():
    models_in_order = exported_models()
    for place, model in enumerate(models_in_order):
        named = {column.target for column in columns_of(model)} - {model, None}
        assert named <= set(models_in_order[:place])


def test_every_field_is_exported_or_follows_from_others():
    for model in record_models():
        names = {column.name for column in columns_of(model)}
        for field in (*model._meta.concrete_fields, *model._meta.local_many_to_many):
            is_left = field.name in {"id", "created_at", "updated_at", "revision"}
            is_derived = not field.serialize or field.name in {"organisations"}
            assert (field.name in names) != (is_left or is_derived) or field.many_to_many


@pytest.mark.parametrize(
    "field",
    [
        models.JSONField(name="more"),
        models.CharField(name="maybe", null=True),
        models.ForeignKey(core.User, models.CASCADE, name="by"),
    ],
)
def test_a_field_of_another_kind_is_refused(field):
    field.model = Place
    with pytest.raises(Unexportable):
        column_of(field)
