"""Makes the pictures of the README from a site with its first content: `make screenshots`."""

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
from playwright.sync_api import sync_playwright

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


def main() -> None:
    if not CHROMIUM:
        sys.exit(f"No pictures were made: {NO_CHROMIUM}.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with site() as (url, password), sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for name, address, width, height, scheme in SHOTS:
            size = {"width": width, "height": height}
            page = chromium.new_page(viewport=size, color_scheme=scheme)
            if address.startswith("/admin/"):
                page.goto(f"{url}/admin/")
                page.get_by_label("Username or e-mail").fill("admin")
                page.get_by_label("Password").fill(password)
                page.keyboard.press("Enter")
                page.wait_for_url(f"{url}/admin/")
            page.goto(f"{url}{address}", wait_until="networkidle")
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
