import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from organisations.models import AreaOfWork, Organisation, Place
from peaceportal.core.management.commands.load_content import CONTENT
from peaceportal.core.models import AuditEntry, User
from peaceportal.core.search.following import unread
from tests.factories import make_area, make_user
from timeline.models import Event

pytestmark = pytest.mark.django_db


def said_by(command, *arguments):
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_load_content_fills_an_empty_database():
    assert re.fullmatch(r"Loaded the first content: \d+ records\.\n", said_by("load_content"))
    assert Event.objects.published().exists()
    assert Organisation.objects.published().exists()
    assert Place.objects.published().exists()
    assert unread() == (0, 0)


def test_load_content_loads_every_fixture(settings):
    files = {path.stem for folder in settings.FIXTURE_DIRS for path in folder.glob("*.yaml")}
    assert files == set(CONTENT)


def test_load_content_leaves_one_draft_alone():
    make_area(name="Mine", status="draft")
    assert "nothing was loaded" in said_by("load_content")
    assert [area.name for area in AreaOfWork.objects.all()] == ["Mine"]
    assert not Place.objects.exists()


def test_load_content_leaves_a_removed_record_alone():
    make_area()
    AreaOfWork.objects.all().remove()
    assert "nothing was loaded" in said_by("load_content")
    assert not Event.objects.exists()


def test_load_content_does_not_bring_back_what_was_deleted():
    make_area().delete()
    assert "nothing was loaded" in said_by("load_content")
    assert not AreaOfWork.objects.exists()


def test_load_content_keeps_edits_when_run_again():
    said_by("load_content")
    event = Event.objects.first()
    event.title = "Edited"
    event.save()
    count = Event.objects.count()
    assert "nothing was loaded" in said_by("load_content")
    assert Event.objects.get(pk=event.pk).title == "Edited"
    assert Event.objects.count() == count


def test_first_staff_prints_a_password_that_opens_the_admin(client, settings):
    words = said_by("first_staff")
    password = re.search(r"password: (\S+)", words)[1]
    assert f"{settings.SITE_URL}/admin/" in words
    assert "name: admin" in words
    entry = AuditEntry.objects.get()
    assert (entry.account_name, entry.by_name) == ("admin", "manage.py first_staff")
    assert client.login(username="admin", password=password)
    assert client.get("/admin/").status_code == 200


def test_first_staff_takes_another_name():
    assert "name: miriam" in said_by("first_staff", "--name", "miriam")
    assert User.objects.get().username == "miriam"


def test_first_staff_makes_no_second_account():
    said_by("first_staff")
    words = said_by("first_staff", "--name", "second")
    assert words == "A staff account exists already: none was made.\n"
    assert [user.username for user in User.objects.all()] == ["admin"]


def test_first_staff_counts_an_account_that_was_closed():
    make_user(username="editor", is_active=False)
    assert "none was made" in said_by("first_staff")
    assert User.objects.count() == 1


def test_first_staff_refuses_a_name_that_is_taken():
    make_user(username="admin", is_staff=False, is_superuser=False)
    with pytest.raises(CommandError, match="taken"):
        said_by("first_staff")


def test_first_staff_password_is_another_each_time():
    first = said_by("first_staff")
    User.objects.all().delete()
    assert first != said_by("first_staff")
