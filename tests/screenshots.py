"""Makes the pictures of the README and of the guide for editors: `make screenshots`.

They show a new site with its first content.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from PIL import Image
from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.conftest import CHROMIUM, NO_CHROMIUM

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
LONGEST_START = 120  # seconds

# Name, address, width and height of the window in pixels, and the scheme of colours.
SHOTS = [
    ("home", "/", 1280, 800, "light"),
    ("timeline", "/timeline/?area=peacebuilding&area=reconciliation-dialogue", 1280, 900, "light"),
    ("organisation", "/organisations/department-of-political-affairs/", 1280, 900, "dark"),
    ("phone", "/timeline/beyond-the-armistice/", 390, 844, "light"),
    ("desk", "/admin/timeline/event/add/", 1280, 900, "light"),
]
# What the history of the guide tells of: a summary, and the note for staff beside it.
CHANGES = [
    ("A conference on what could follow the armistice.", "Shorter, for lists."),
    ("A conference on peace in Korea, and on what could follow the armistice.", "Named the place."),
]
# What a file of the guide to imports holds: a row that is new, one that is refused, and a change.
IMPORTED = """identifiers,uid,title,happened
our-office:2024-1,,Talks on water,30 Nov – 1 Dec 2023
our-office:2024-2,,A statement on the wells,03/04/2024
our-office:2024-3,27475fe7-1fd4-4a35-bb52-48d4b1ca354b,Armistice in Korea,27 July 1953
"""


def main() -> None:
    if not CHROMIUM:
        sys.exit(f"No pictures were made: {NO_CHROMIUM}.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with site() as (url, password), sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        desk = chromium.new_context(base_url=url, viewport={"width": 1280, "height": 900})
        sign_in(desk.new_page(), password)
        for name, address, width, height, scheme in SHOTS:
            size = {"width": width, "height": height}
            page = desk.new_page() if address.startswith("/admin/") else chromium.new_page()
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            page.goto(f"{url}{address}", wait_until="networkidle")
            keep(page, name)
        for name, page in guide(desk):
            keep(page, name)


def sign_in(page: Page, password: str) -> None:
    page.goto("/admin/")
    page.get_by_label("Username or e-mail").fill("admin")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.locator("#content-main").wait_for()


def guide(desk: BrowserContext):
    """The pictures of `docs/editing.md`: the name of each, and the page that shows it."""
    page = desk.new_page()
    page.goto("/admin/", wait_until="networkidle")
    yield "editing-first", page

    page = desk.new_page()
    page.goto("/admin/timeline/event/?q=armistice")
    form = page.locator("#result_list tbody th a").first.get_attribute("href").partition("?")[0]
    page.goto(form, wait_until="networkidle")
    yield "editing-event", page

    page = desk.new_page()
    for summary, note in CHANGES:
        page.goto(form, wait_until="networkidle")
        page.locator("#id_summary").fill(summary)
        page.get_by_label("Note for staff").fill(note)
        save(page)
    page.goto(form.replace("change/", "history/"))
    yield "editing-history", page

    page = desk.new_page()
    page.goto(form.replace("change/", "history/"))
    with page.expect_navigation():
        page.get_by_role("button", name="Compare").click()
    yield "editing-compare", page

    page = desk.new_page()
    page.goto("/admin/organisations/areaofwork/?q=Preventive")
    area = page.locator("#result_list tbody th a").first.get_attribute("href").partition("?")[0]
    page.goto(area.replace("change/", "merge/"))
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("Mediation")
    page.get_by_role("option", name="Mediation", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Show what would happen").click()
    yield "editing-merge", page

    page = desk.new_page()
    page.goto("/admin/timeline/event/import/", wait_until="networkidle")
    yield "importing-choose", page

    page = desk.new_page()
    page.goto("/admin/timeline/event/import/")
    file = {"name": "our-events.csv", "mimeType": "text/csv", "buffer": IMPORTED.encode()}
    page.get_by_label("File:").set_input_files(file)
    page.get_by_label("Leave out rows that cannot be taken").check()
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_role("button", name="Show what would happen").click()
    yield "importing-tried", page


def save(page: Page) -> None:
    with page.expect_navigation(wait_until="networkidle"):
        page.get_by_role("button", name="Save and continue editing").click()


def keep(page: Page, name: str) -> None:
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    page.close()
    make_light(file)
    print(f"{file.relative_to(ROOT)}: {file.stat().st_size // 1024} kB")


@contextmanager
def site():
    """The address of a new site, served as in production, and the password of its first staff."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as data, (Path(data) / "said").open("w+") as said:
        environment = os.environ | {"DATA_DIR": data, "HOST": "127.0.0.1", "PORT": str(port)}
        for name in ("DATABASE_URL", "SITE_URL", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE"):
            environment.pop(name, None)
        command = [sys.executable, "-m", "peaceportal.serve"]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said)
        try:
            wait_for(url, server)
            said.seek(0)
            yield url, re.search(r"password: (\S+)", said.read())[1]
        finally:
            server.terminate()
            server.wait()


def wait_for(url: str, server: subprocess.Popen) -> None:
    for _ in range(LONGEST_START * 4):
        if server.poll() is not None:
            sys.exit("The site did not start.")
        try:
            with urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - an address of this machine
                return
        except (URLError, OSError):
            time.sleep(0.25)
    sys.exit(f"The site did not answer within {LONGEST_START} seconds.")


def make_light(file: Path) -> None:
    """256 colours are enough for pages of type, and weigh a third."""
    with Image.open(file) as picture:
        light = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    light.save(file, optimize=True)


if __name__ == "__main__":
    main()
