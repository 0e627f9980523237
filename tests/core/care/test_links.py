"""Links: what sites may answer, when one is dead, who is asked, and who is told."""

import socket
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from organisations.models import Organisation, Resource, Source
from peaceportal.core import noticing
from peaceportal.core.links import asking
from peaceportal.core.links.asking import LinkAsker
from peaceportal.core.links.checking import check
from peaceportal.core.links.store import Link, LinkUse, Outcome
from peaceportal.core.links.targets import is_public
from peaceportal.core.links.words import told
from peaceportal.core.roles import EDITOR
from tests import factories as make
from tests.core.care.sites import running
from tests.editor import address
from timeline.models import Event


@pytest.fixture
def site():
    with running() as site:
        yield site


def ask(url, **options):
    return LinkAsker(**({"pause": 0, "timeout": 5, "may_be_private": True} | options)).ask(url)


# What one address answers


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((200, Outcome.ANSWERED), (204, Outcome.ANSWERED), (404, Outcome.NOT_FOUND)),
        *((410, Outcome.NOT_FOUND), (500, Outcome.ERROR), (503, Outcome.ERROR)),
        *((400, Outcome.ERROR), (401, Outcome.REFUSED), (403, Outcome.REFUSED)),
        *((429, Outcome.BUSY), (451, Outcome.REFUSED)),
    ],
)
def test_answer_is_told_by_its_status(site, status, outcome):
    answer = ask(site.says("/page", status))
    assert (answer.outcome, answer.status) == (outcome, status)


def test_head_is_enough_and_get_is_asked_where_head_is_refused(site):
    ask(site.says("/well"))
    site.pages["/no-head"] = {"HEAD": (405, {}, b""), "GET": (200, {}, b"")}
    assert ask(f"{site.address}/no-head").outcome == Outcome.ANSWERED
    asked = [one for one in site.asked if one[1] != "/robots.txt"]
    assert asked == [("HEAD", "/well"), ("HEAD", "/no-head"), ("GET", "/no-head")]


def test_program_names_itself_and_the_site(site, settings):
    settings.SITE_URL = "https://peace.example.org"
    ask(site.says("/page"))
    assert site.agents == {"PeacePortalLinkCheck/1.0 (+https://peace.example.org/about/)"}


def test_redirects_are_followed_and_the_last_address_is_known(site):
    site.says("/old", 301, {"Location": "/newer"})
    site.says("/newer", 302, {"Location": f"{site.address}/here"})
    site.says("/here")
    answer = ask(f"{site.address}/old")
    assert (answer.outcome, answer.leads_to) == (Outcome.ANSWERED, f"{site.address}/here")


def test_redirects_that_go_in_a_circle_or_on_and_on(site):
    site.says("/a", 301, {"Location": "/b"})
    site.says("/b", 301, {"Location": "/a"})
    assert ask(f"{site.address}/a").outcome == Outcome.REDIRECTS
    for number in range(20):
        site.says(f"/{number}", 302, {"Location": f"/{number + 1}"})
    assert ask(f"{site.address}/0").outcome == Outcome.REDIRECTS


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.org/", "http://["])
def test_redirect_to_what_is_no_web_page(site, location):
    assert ask(site.says("/a", 302, {"Location": location})).outcome == Outcome.UNREADABLE


@pytest.mark.parametrize("retry", ["3600", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_site_that_asks_for_patience_is_given_it(site, retry):
    answer = ask(site.says("/page", 429, {"Retry-After": retry}))
    assert answer.outcome == Outcome.BUSY
    assert timezone.now() + timedelta(minutes=59) < answer.not_before
    assert answer.not_before <= timezone.now() + timedelta(days=30)


@pytest.mark.parametrize("retry", ["", "soon", "-5", "9" * 40, "Fri, 99 Dec 2999"])
def test_patience_that_cannot_be_read(site, retry):
    assert ask(site.says("/page", 503, {"Retry-After": retry})).outcome in {
        Outcome.BUSY,
        Outcome.ERROR,
    }


def test_silence_is_no_answer_in_time(site):
    site.says("/robots.txt")
    assert ask(site.says("/page", "silence"), timeout=0.2).outcome == Outcome.TIMEOUT


def test_huge_body_is_not_read(site):
    site.pages["/huge"] = {"HEAD": (405, {}, b""), "GET": (200, {}, 200)}
    site.pages["/robots.txt"] = 200, {}, 200
    assert ask(f"{site.address}/huge").outcome == Outcome.ANSWERED


def test_nobody_answers_at_a_closed_door():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}/").outcome == Outcome.NO_CONNECTION


def test_plain_answer_to_a_secure_question(site):
    secure = site.address.replace("http:", "https:")
    assert ask(f"{secure}/").outcome in {Outcome.NOT_SECURE, Outcome.NO_CONNECTION}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(socket.EAI_NONAME, Outcome.NO_SUCH_NAME), (socket.EAI_AGAIN, Outcome.UNSURE)],
)
def test_name_that_is_not_known(monkeypatch, error, outcome):
    def unknown(*args, **kwargs):
        raise socket.gaierror(error, "not known")

    monkeypatch.setattr(asking.socket, "getaddrinfo", unknown)
    assert ask("https://nowhere.example/").outcome == outcome


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://example.org/", "https://", "http://[", "http://a..b/", "http://x:99999/",
     "http://example.org:port/", f"http://{'a' * 70}.org/", "javascript:alert(1)"],
)  # fmt: skip
def test_what_is_no_web_address(url):
    assert ask(url).outcome == Outcome.UNREADABLE


def test_letters_of_any_script_are_asked_for_as_browsers_do(site):
    site.says("/%D9%85%20x?q=%C3%A9")
    assert ask(f"{site.address}/م x?q=é#part").outcome == Outcome.ANSWERED
    assert asking.target_of("https://frieden-für-alle.example/").host.startswith("xn--")


# Robots


@pytest.mark.parametrize(
    ("rules", "outcome"),
    [
        (b"User-agent: *\nDisallow: /", Outcome.ROBOTS),
        (b"User-agent: PeacePortalLinkCheck\nDisallow: /page", Outcome.ROBOTS),
        (b"User-agent: *\nDisallow: /other", Outcome.ANSWERED),
        (b"User-agent: *\nDisallow: /*age$", Outcome.ROBOTS),
        (b"User-agent: *\nDisallow: /pag$", Outcome.ANSWERED),
        (b"User-agent: *\nDisallow: /\nAllow: /page", Outcome.ANSWERED),
        (b"User-agent: *\nAllow: /\nDisallow: /page", Outcome.ROBOTS),
        (b"User-agent: *\nDisallow: /page\nAllow: /page", Outcome.ANSWERED),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /page", Outcome.ROBOTS),
        (b"\xff\xfe nonsense", Outcome.ANSWERED),
    ],
)
def test_robots_are_obeyed(site, rules, outcome):
    site.says("/robots.txt", 200, {}, rules)
    assert ask(site.says("/page")).outcome == outcome
    asked = [path for _method, path in site.asked]
    assert ("/page" in asked) == (outcome == Outcome.ANSWERED)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, Outcome.ANSWERED), (403, Outcome.ROBOTS), (500, Outcome.ROBOTS)],
)
def test_robots_that_cannot_be_read(site, status, outcome):
    site.says("/robots.txt", status)
    assert ask(site.says("/page")).outcome == outcome


def test_robots_are_read_once_a_site(site):
    asker = LinkAsker(pause=0, may_be_private=True)
    for number in range(3):
        asker.ask(site.says(f"/{number}"))
    assert [path for _method, path in site.asked].count("/robots.txt") == 1


# Inside a network


@pytest.mark.parametrize(
    "number",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1",
     "::ffff:10.0.0.1", "0.0.0.0", "224.0.0.1", "100.64.0.1", "2002:7f00:1::", "64:ff9b::7f00:1",
     "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "::127.0.0.1", "::10.0.0.1", "fec0::1"],
)  # fmt: skip
def test_number_inside_a_network_is_not_public(number):
    assert not is_public(number)


@pytest.mark.parametrize("number", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_number_on_the_internet_is(number):
    assert is_public(number)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost/", "http://[::1]/"])
def test_address_inside_a_network_is_refused(url):
    assert ask(url, may_be_private=None).outcome == Outcome.PRIVATE


def test_redirect_into_a_network_is_refused(site, monkeypatch):
    """A name that is public leads to one that is not."""
    page = site.says("/out", 302, {"Location": "http://inside.example/secret"})
    find = asking.addresses_of

    def addresses_of(host, port, **options):
        if host == "inside.example":
            return find("127.0.0.1", port, may_be_private=False)
        return find(host, port, may_be_private=True)

    monkeypatch.setattr(asking, "addresses_of", addresses_of)
    assert ask(page).outcome == Outcome.PRIVATE


# When a link is dead, and in what words


def at(day, hour=12):
    return datetime(2026, 10, day, hour, tzinfo=UTC)


def test_link_is_dead_after_two_days():
    link = Link(url="https://example.org/")
    link.note(Outcome.NOT_FOUND, status=404, at=at(2))
    link.note(Outcome.NOT_FOUND, status=404, at=at(2, 20))
    assert not link.is_dead
    link.note(Outcome.NOT_FOUND, status=404, at=at(3))
    assert link.is_dead
    assert told(link) == "Not found (404) since 2 October 2026, asked 3 times."
    link.note(Outcome.REFUSED, status=403, at=at(4))
    assert not link.is_dead
    assert told(link) == "Could not be asked on 4 October 2026: the site refuses programs (403)."
    link.note(Outcome.ANSWERED, status=200, at=at(5))
    assert told(link) == "Answered on 5 October 2026."
    link.note(Outcome.TIMEOUT, at=at(6))
    assert told(link) == "No answer in time since 6 October 2026, asked once."


def test_words_for_a_link_that_leads_elsewhere():
    link = Link(url="https://example.org/a")
    assert told(link) == "Not asked yet whether this answers."
    link.note(Outcome.ANSWERED, leads_to="https://example.org/b", at=at(2))
    assert told(link) == "Answered on 2 October 2026, and leads to https://example.org/b."


# Whose addresses are asked for


def urls():
    noticing.catch_up(patience=None)
    return sorted({use.link.url for use in LinkUse.objects.select_related("link")})


@pytest.mark.django_db
def test_addresses_are_found_in_fields_and_texts_once_each():
    make.make_organisation(
        name="One",
        website="https://example.org/#top",
        body='<p><a href="https://example.org/a?b=1&amp;c=2">a</a> '
        '<a href="mailto:a@b.org">m</a></p>',
    )
    make.make_source(url="https://example.org/")
    make.make_source(url="https://[")
    make.make_resource(url="https://example.org/r", status="draft")
    make.make_document(url="https://example.org/d")
    assert urls() == [
        "https://[",
        "https://example.org/",
        "https://example.org/a?b=1&c=2",
        "https://example.org/d",
        "https://example.org/r",
    ]


@pytest.mark.django_db
def test_addresses_of_what_changed_or_was_removed_are_forgotten():
    body = make.make_organisation(website="https://example.org/old")
    assert urls() == ["https://example.org/old"]
    body.website = "https://example.org/new"
    body.save()
    assert urls() == ["https://example.org/new"]
    Organisation.objects.filter(pk=body.pk).remove()
    assert urls() == []


# A run


def run(site=None, *, limit=100, days=7, **options):
    asker = LinkAsker(pause=0, timeout=5, may_be_private=True)
    return check(limit=limit, older_than=timedelta(days=days), asker=asker, **options)


@pytest.mark.django_db
def test_run_asks_each_once_and_the_longest_ago_first(site):
    for number in range(3):
        make.make_source(title=str(number), url=site.says(f"/{number}"))
    make.make_source(title="Again", url=f"{site.address}/0#elsewhere")
    tally = run(limit=2)
    assert (tally.asked, tally.answered) == (2, 2)
    assert run().asked == 1
    assert run().asked == 0
    assert [path for _m, path in site.asked if path != "/robots.txt"] == ["/0", "/1", "/2"]
    Link.objects.filter(url=f"{site.address}/1").update(asked_at=timezone.now() - timedelta(days=9))
    assert run().asked == 1


@pytest.mark.django_db
def test_one_site_is_asked_one_question_at_a_time(site):
    for number in range(6):
        make.make_source(title=str(number), url=site.says(f"/{number}"))
    assert run().answered == 6
    assert site.most_at_once == 1


@pytest.mark.django_db
def test_run_leaves_a_site_alone_that_asks_for_patience(site):
    for number in range(3):
        page = site.says(f"/{number}", 429, {"Retry-After": "3600"})
        make.make_source(title=str(number), url=page)
    noticing.catch_up(patience=None)
    assert [path for _m, path in site.asked] == []
    tally = run(limit=1)
    assert (tally.asked, tally.not_asked) == (1, 1)
    first = Link.objects.exclude(outcome="").get()
    first.refresh_from_db()
    assert first.not_before > timezone.now()
    assert not Link.objects.due(timezone.now() + timedelta(days=1), timezone.now()).filter(
        pk=first.pk
    )


@pytest.mark.django_db
def test_run_that_is_stopped_writes_what_it_has_and_goes_on_next_time(site):
    for number in range(4):
        make.make_source(title=str(number), url=site.says(f"/{number}"))
    stop = threading.Event()
    tally = run(stop=stop, tell=lambda link: stop.set())
    assert tally.was_stopped
    assert 1 <= tally.asked <= 4
    assert not Link.objects.exclude(claim="").exists()
    assert run().asked == 4 - tally.asked


@pytest.mark.django_db
def test_what_another_run_has_claimed_is_not_asked_twice(site):
    for number in range(4):
        make.make_source(title=str(number), url=site.says(f"/{number}"))
    noticing.catch_up(patience=None)
    mine = Link.objects.claim("another run", 2, timezone.now())
    assert len(mine) == 2
    assert run().asked == 0  # the site is busy with the other
    Link.objects.release("another run")
    assert run().asked == 4


@pytest.mark.django_db
def test_claim_of_a_run_that_was_cut_short_ends(site):
    make.make_source(url=site.says("/a"))
    noticing.catch_up(patience=None)
    Link.objects.claim("cut short", 2, timezone.now())
    Link.objects.update(claimed_at=timezone.now() - timedelta(hours=2))
    assert run().asked == 1


def command(*args):
    out = StringIO()
    try:
        call_command("check_links", *args, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


@pytest.mark.django_db
def test_command_says_what_it_found(site, settings):
    settings.LINK_CHECK_MAY_BE_PRIVATE = True
    make.make_source(url=f"{site.address}/gone")
    code, said = command("--timeout", "5")
    assert code == 0
    assert "Not found (404) since" in said
    assert said.endswith(
        "Asked for 1: 0 answered, 1 failed, 0 could not be asked. Dead links: 0.\n"
    )
    Link.objects.update(failed_on=at(1).date(), asked_at=at(1))
    code, said = command()
    assert code == 3
    assert said.endswith("Dead links: 1.\n")


@pytest.mark.django_db
def test_command_looks_through_changes_without_asking(site, settings):
    settings.LINK_CHECK_MAY_BE_PRIVATE = True
    make.make_source(url=site.says("/page"))
    code, said = command("--offline")
    assert (code, said) == (0, "All changes were looked through. No site was asked.\n")
    assert noticing.unread() == 0
    assert Link.objects.get().asked_at is None
    assert site.asked == []


@pytest.mark.django_db
def test_command_says_where_the_database_was_busy(monkeypatch):
    monkeypatch.setattr(noticing, "catch_up", lambda **options: 7)
    with pytest.raises(CommandError, match="7 changes are still to be looked at"):
        call_command("check_links", "--offline")


@pytest.mark.django_db
@pytest.mark.parametrize("args", [("--limit", "0"), ("--older-than", "-1"), ("--timeout", "0")])
def test_command_refuses_what_makes_no_sense(args):
    with pytest.raises(CommandError, match="at least 1"):
        call_command("check_links", *args)


# Who is told


@pytest.fixture
def editor(client):
    client.force_login(make.make_member(EDITOR))
    return client


def dead_at(url):
    noticing.catch_up(patience=None)
    link = Link.objects.get(url=url)
    for day in (2, 3):
        link.note(Outcome.NOT_FOUND, status=404, at=at(day))
    link.save()


@pytest.mark.django_db
def test_state_of_a_link_is_shown_beside_it_and_in_lists(editor):
    gone = "https://example.org/gone"
    source = make.make_source(url=gone)
    resource = make.make_resource(url=gone, status="draft")
    body = make.make_organisation(
        website=gone, body=f'<p><a href="{gone}">gone</a></p>', status="draft"
    )
    event = make.make_event(status="draft")
    make.make_document(event=event, url=gone, status="draft")
    dead_at(gone)
    words = "Not found (404) since 2 October 2026, asked 2 times."
    for record in (source, resource):
        assert words in editor.get(address(type(record), "change", record.pk)).text
        assert words in editor.get(address(type(record))).text
    assert editor.get(address(Organisation, "change", body.pk)).text.count(words) == 2
    assert words in editor.get(address(Event, "change", event.pk)).text
    listed = editor.get(address(Resource), {"care": "dead-links"}).context["cl"].result_list
    assert [one.pk for one in listed] == [resource.pk]
    assert f"{address(Source)}?care=dead-links" in editor.get("/admin/").text


@pytest.mark.django_db
def test_link_that_is_not_dead_yet_is_no_care(editor):
    make.make_source(url="https://example.org/")
    noticing.catch_up(patience=None)
    link = Link.objects.get()
    link.note(Outcome.NOT_FOUND, status=404)
    link.save()
    assert "care=dead-links" not in editor.get("/admin/").text
