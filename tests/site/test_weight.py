"""What pages weigh over the wire, as production serves them: compressed, in few requests."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

FIRST_VISIT, FURTHER_PAGE = 150_000, 20_000  # bytes
REQUESTS = 6  # a page and what it names

OF_THE_ADMIN = ["admin", "django_prose_editor", "js_asset"]  # compressing them takes long

PAGES = [
    "/timeline/",
    "/timeline/?area=mediation&place=burundi",
    "/timeline/beyond-the-armistice/",
    "/series/permanent-forum-on-people-of-african-descent/",
    "/areas/",
    "/areas/mediation/",
    "/organisations/",
    "/organisations/department-of-political-affairs/",
    "/places/",
    "/places/africa/",
    "/search/?q=mediation",
    "/about/",
    "/data/",
    "/nowhere/",
]


@pytest.fixture
def collected(settings, tmp_path):
    """The static files of public pages in the storage of production, in a folder of their own."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "peaceportal.core.stylesheets.OneStyleSheetStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=OF_THE_ADMIN)
    return tmp_path


def compressed(client, address):
    return len(client.get(address, headers={"Accept-Encoding": "gzip"}).content)


def assets(html):
    """The addresses of everything that a browser fetches for a page."""
    found = re.findall(r'<(?:link rel="(?:icon|preload|stylesheet)"|img|script src)[^>]*>', html)
    return {re.search(r'(?:href|src)="([^"]+)"', tag)[1] for tag in found}


def weight_of(path: Path):
    """Bytes of a file in its smallest stored form."""
    forms = [path, *(path.with_name(path.name + ending) for ending in (".br", ".gz"))]
    return min(form.stat().st_size for form in forms if form.exists())


def test_first_visit_is_light(client, collected):
    call_command("load_content", verbosity=0)
    html = client.get("/").text
    files = assets(html)
    assert 1 + len(files) <= REQUESTS
    assert any("fonts/" in file for file in files)
    static = sum(weight_of(collected / file.removeprefix("/static/")) for file in files)
    assert compressed(client, "/") + static < FIRST_VISIT


def test_further_pages_are_light_and_fetch_nothing_new(client, collected):
    call_command("load_content", verbosity=0)
    known = assets(client.get("/").text)
    for address in PAGES:
        assert compressed(client, address) < FURTHER_PAGE, address
        assert assets(client.get(address).text) == known


def test_style_sheet_is_one_file_with_every_layer_and_its_fonts(client, collected):
    (address,) = [file for file in assets(client.get("/").text) if file.endswith(".css")]
    css = (collected / address.removeprefix("/static/")).read_text()
    assert "@import" not in css
    for layer in ("tokens", "base", "layout", "components"):
        assert f"@layer {layer} {{" in css
    for name in re.findall(r'url\("../([^"]+)"\)', css):
        assert (collected / name).is_file()
