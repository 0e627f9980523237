"""What the forms of the admin say to those who fill them in."""

import pytest
from django.contrib.auth.models import Permission

from organisations import models as organisations
from tests import factories as make
from tests.editor import address, errors, read_form, saved, send
from timeline import models as timeline

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def editor(client):
    client.force_login(make.make_user())
    return client


def test_how_to_write_a_date_is_said_once_a_form(editor):
    sentence = "30 Nov – 1 Dec 2023, since 2008"
    event = make.make_event()
    make.make_document(event=event)
    office = make.make_organisation()
    make.make_organisation_name(organisation=office)
    make.make_succession(predecessor=office)
    for record in (event, office, make.make_area(), make.make_activity(), make.make_source()):
        text = editor.get(address(type(record), "change", record.pk)).text
        assert text.count(sentence) == 1, type(record)


def test_fields_that_must_be_filled_say_so(editor):
    text = editor.get(address(timeline.Event, "add")).text
    mark = ' <span class="required-mark">(required)</span>:</label>'
    assert f"Title{mark}" in text
    assert f"Organisation{mark}" in text
    for free in ("Happened", "Kind", "Status"):
        assert f"{free}:</label>" in text
    assert text.count("(required)</span>") < 12


def test_form_that_is_sent_back_leads_to_what_is_wrong(editor):
    url = address(timeline.Event, "add")
    response = send(editor, url, happened="03/04/2024", rows={"participations": [{"role": "x"}]})
    assert '<li><a href="#id_title">Title</a>: This field is required.</li>' in response.text
    assert '<a href="#id_happened">Happened</a>: ' in response.text
    assert '<a href="#id_participations-0-role">Organisation 1: Role</a>' in response.text
    assert "wrong-fields" not in editor.get(url).text


def test_rows_are_named_by_what_they_relate_to(editor):
    council = make.make_organisation(name="Security Council")
    event = make.make_event()
    make.make_participation(event=event, organisation=council, role="convened")
    text = editor.get(address(timeline.Event, "change", event.pk)).text
    assert "Security Council – convened it" in text
    assert "&quot;Add an organisation&quot;" in text
    later = make.make_organisation(name="MINUSCA")
    make.make_succession(predecessor=council, successor=later, kind="absorbed")
    make.make_succession(predecessor=later, successor=None, kind="mandate-completed")
    text = editor.get(address(organisations.Organisation, "change", council.pk)).text
    assert "→ MINUSCA: absorbed" in text
    text = editor.get(address(organisations.Organisation, "change", later.pk)).text
    assert "Security Council: absorbed" in text
    assert '<span class="inline_label">mandate completed' in text
    area = make.make_area(name="Mediation")
    make.make_engagement(organisation=council, area=area)
    assert '<span class="inline_label">Security Council' in (
        editor.get(address(organisations.AreaOfWork, "change", area.pk)).text
    )


def test_page_is_removed_from_its_form_by_those_who_may(editor, client):
    area = make.make_area()
    url = address(organisations.AreaOfWork, "change", area.pk)
    assert "Remove this page" in editor.get(url).text
    organisations.AreaOfWork.objects.remove()
    assert "Remove this page" not in editor.get(url).text
    organisations.AreaOfWork.objects.put_back()
    reader = make.make_user(username="reader", is_superuser=False)
    reader.user_permissions.add(Permission.objects.get(codename="view_areaofwork"))
    client.force_login(reader)
    assert "Remove this page" not in client.get(url).text
    action = {"action": "remove", "_selected_action": area.pk}
    client.post(address(organisations.AreaOfWork), action)
    area.refresh_from_db()
    assert area.removed_at is None


def test_names_in_messages_are_no_markup(editor):
    area = make.make_area(name="<b>Talks</b> {0}")
    action = {"action": "remove", "_selected_action": area.pk}
    text = editor.post(address(organisations.AreaOfWork), action, follow=True).text
    assert "“&lt;b&gt;Talks&lt;/b&gt; {0}” was removed from the site." in text


def test_forms_say_in_plain_words_what_a_field_is_for(editor):
    for model, words in (
        (organisations.Succession, "only if its mandate was completed and no body took over."),
        (organisations.Source, "What you corrected or concluded"),
        (organisations.Organisation, "Hide the places"),
        (organisations.Activity, "Hide the places"),
        (organisations.AreaOfWork, "Type a title to find a source"),
    ):
        assert words in editor.get(address(model, "add")).text


def test_status_is_explained_in_plain_words(editor):
    text = editor.get(address(timeline.Event, "add")).text
    assert "Draft and in review: only staff see it." in text
    assert "it never means that a body ended" in text
    assert "Remove from the site" in text


def test_publication_follows_the_rows_of_a_form(editor):
    text = editor.get(address(timeline.Event, "change", make.make_event().pk)).text
    order = ["Organisations and their roles", 'id="documents-heading"', ">Publication</h2>"]
    places = [text.find(words) for words in [*order, 'name="_save"']]
    assert -1 not in places
    assert places == sorted(places)


def test_only_forms_with_an_editor_name_a_nonce(editor, client):
    with_editor = editor.get(address(timeline.Event, "add"))
    policy = with_editor.headers["Content-Security-Policy"]
    nonce = policy.partition("script-src 'self' 'nonce-")[2].partition("'")[0]
    assert nonce
    assert f"style-src 'self' 'nonce-{nonce}'" in policy
    assert f'<script type="importmap" nonce="{nonce}">' in with_editor.text
    for url in ("/", "/timeline/", address(timeline.Event), address(organisations.Source, "add")):
        assert "nonce" not in client.get(url).headers["Content-Security-Policy"]
    again = editor.get(address(timeline.Event, "add")).headers["Content-Security-Policy"]
    assert again != policy


def test_new_activity_stands_last_unless_told_otherwise(editor):
    area = make.make_area()
    make.make_activity(area=area, text="Second", order=7)
    make.make_activity(area=area, text="First", order=3)
    url = address(organisations.AreaOfWork, "change", area.pk)
    form = read_form(editor.get(url))
    assert [form[f"activities-{n}-text"] for n in range(2)] == ["First", "Second"]
    rows = editor.get(url).context["inline_admin_formsets"][0].formset
    assert rows.empty_form["order"].value() == 8


def test_organisation_names_what_came_before_it(editor):
    earlier, later = make.make_organisation(name="Earlier"), make.make_organisation(name="Later")
    url = address(organisations.Organisation, "change", later.pk)
    row = {"kind": "renamed", "predecessor": earlier.pk, "date": "2014"}
    assert saved(send(editor, url, rows={"preceded_by": [row]}))
    succession = later.preceded_by.get()
    assert (succession.predecessor, succession.date.edtf) == (earlier, "2014")
    assert "mandate-completed" not in editor.get(url).text.partition('id="successions-group"')[0]


def test_what_came_before_gets_its_sentence_where_it_is_seen(editor):
    first, second = make.make_organisation(name="First"), make.make_organisation(name="Second")
    make.make_succession(predecessor=first, successor=second)
    url = address(organisations.Organisation, "change", first.pk)
    sentence = "First already comes before this body, directly or through others."
    for predecessor in (first, second):
        row = {"kind": "renamed", "predecessor": predecessor.pk}
        said = errors(send(editor, url, rows={"preceded_by": [row]}))
        assert said == {"preceded_by-0-predecessor": [sentence]}
