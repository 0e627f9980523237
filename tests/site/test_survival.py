"""What every page must survive."""

import pytest
from django.utils.html import escape

from tests.reading import text_of
from tests.worlds import LISTS, LONG, make_hard_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_hard_world()


def answer(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return response


@pytest.mark.parametrize("address", LISTS)
def test_list_of_an_empty_site_leads_on(client, address):
    response = answer(client, address)
    main = response.text[response.text.index("<main") : response.text.index("</main>")]
    assert 'href="/' in main or address == "/about/"
    assert response.text.count("<h1") == 1


def test_long_words_of_another_script_stand_whole_and_harmless(client, world):
    for page in world.long:
        response = answer(client, page.get_absolute_url())
        assert f'lang="ar" dir="rtl">{escape(LONG)}' in response.text
        assert "<script>" not in response.text
        assert "سلام" in text_of(response)


def test_long_words_are_cut_for_machines_alone(client, world):
    for page in world.long:
        html = client.get(page.get_absolute_url()).text
        (description,) = [line for line in html.splitlines() if 'name="description"' in line]
        assert len(description) < 400


@pytest.mark.parametrize("address", LISTS)
def test_lists_hold_the_hard_world(client, world, address):
    response = answer(client, address)
    assert "<script>" not in response.text


def test_event_of_forty_bodies_names_each_once(client, world):
    (event,) = world.many
    text = text_of(answer(client, event.get_absolute_url()))
    for number in range(40):
        assert text.count(f"Body {number:02d} of a crowd") == 1


@pytest.mark.parametrize("kind", range(5))
def test_page_of_nothing_says_what_it_is_and_leads_on(client, world, kind):
    page = world.bare[kind]
    response = answer(client, page.get_absolute_url())
    text = text_of(response)
    assert page.title_text in text
    assert "Suggest a correction" in text
    assert "No source is named for this page yet." in text
    assert "None" not in text
    assert "()" not in text


def test_undated_event_says_so_where_a_date_would_stand(client, world):
    html = answer(client, world.undated.get_absolute_url()).text
    assert "date unknown" in html
    assert "<time" not in html.split("<article")[1].split("</article>")[0]


def test_range_of_eighty_years_keeps_both_ends(client, world):
    text = text_of(answer(client, world.eighty_years.get_absolute_url()))
    assert "1945–2025" in text
    assert LONG[:40] in text_of(answer(client, "/timeline/?after=1980&before=1981"))


def test_six_parents_stand_in_their_order(client, world):
    for page in world.deep:
        html = answer(client, page.get_absolute_url()).text
        trail = html[
            html.index('class="trail"') : html.index("</nav>", html.index('class="trail"'))
        ]
        places = [trail.index(f"Level {number} ") for number in range(1, 7)]
        assert places == sorted(places)
        assert "Level 7" not in trail
