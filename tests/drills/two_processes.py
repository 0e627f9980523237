"""Two sites on one PostgreSQL: what is done in one is known in the other at once.

    python -m tests.drills.two_processes

Editors save in one, and the very next request to the other shows it, page and data alike. Passwords
that are tried in both are counted together.
"""

import re
import sys
import time
from urllib.parse import urlencode

from tests.drills.sites import Desk, environment, fill, python, running, short_folder, verdict
from tests.editor import FormReader
from tests.on_postgres import server

EDITS, TRIES = 12, 30
FORMS = ["/timeline/{slug}/", "/timeline/{slug}.json", "/timeline/", "/timeline.json"]
PREPARE = """
from timeline.models import Event
event = Event(title="Edit 0", slug="drill", kind="meeting", happened="2999-01-01")
event.status = "published"
event.save()
"""


def main() -> int:
    failures: list[str] = []
    with short_folder() as folder, server(folder) as url:
        variables = environment(url, folder)
        fill(variables)
        python(variables, PREPARE)
        with running(variables) as one, running(variables) as other:
            desk = Desk(one, "drill0")
            desk.get("/admin/")
            address = event_form(desk)
            stale, edit_times = 0, []
            for number in range(1, EDITS + 1):
                for form in FORMS:  # so that both hold the page as it was
                    for site in (one, other):
                        site.ask(form.format(slug="drill"))
                fields = form_fields(desk.get(address)) | {"title": f"Edit {number} of the drill"}
                began = time.monotonic()
                status = desk.post(address, fields)
                edit_times.append(time.monotonic() - began)
                if status != 302:
                    failures.append(f"Edit {number} was answered {status}.")
                    break
                for form in FORMS:
                    for site in (other, one):
                        found = site.ask(form.format(slug="drill"))[2].decode()
                        stale += f"Edit {number} of the drill" not in found
            print(f"{EDITS} edits, {2 * len(FORMS) * EDITS} requests after them, {stale} old pages")
            print(f"median edit {sorted(edit_times)[len(edit_times) // 2] * 1000:.0f} ms")
            if stale:
                failures.append(f"{stale} requests were answered with an old page.")
            refused_at = tries(one, other)
            print(f"wrong passwords in turns: refused from the {refused_at}th on")
            if not 10 <= refused_at <= 11:
                failures.append("Sign-in limits do not count together: ten tries are allowed.")
    return verdict("two processes", failures)


def event_form(desk: Desk) -> str:
    found = desk.get("/admin/timeline/event/?q=Edit")
    return re.search(r'"(/admin/timeline/event/\d+/change/)', found)[1]


def form_fields(page: str) -> dict[str, str | list[str]]:
    """What a browser would send of a form that nobody has touched."""
    reader = FormReader()
    reader.feed(page)
    sent = {name: value for name, value in reader.data.items() if "__prefix__" not in name}
    return sent | {"_save": "Save"}


def tries(one, other) -> int:
    """At which of several wrong passwords, given to both in turns, further ones are refused."""
    desks = [Visitor(one), Visitor(other)]
    for number in range(1, TRIES + 1):
        if desks[number % 2].tries_wrongly():
            return number
    return 0


class Visitor(Desk):
    def __init__(self, site):
        self.site, self.cookies = site, {}

    def tries_wrongly(self) -> bool:
        """Whether there were too many."""
        self.get("/admin/login/")
        token = self.cookies["csrftoken"]
        fields = {"login": "drill0", "password": "wrong", "csrfmiddlewaretoken": token}
        headers = {**self._sent(), "Content-Type": "application/x-www-form-urlencoded"}
        status, _headers, content = self.site.ask(
            "/admin/login/", "POST", urlencode(fields), headers
        )
        return status == 429 or b"Too many" in content


if __name__ == "__main__":
    sys.exit(main())
