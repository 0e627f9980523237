"""PostgreSQL is stopped and started again while 20 requests a second come in.

    python -m tests.drills.database_gone

Without it there is nothing but 503, and within five seconds of its return nothing but 200; the
site also starts before it does.
"""

import sys
import time
from collections import Counter

from tests.drills.sites import Load, environment, fill, running, short_folder, verdict
from tests.on_postgres import server

ADDRESSES = ["/", "/timeline/", "/healthz", "/timeline.json", "/about/", "/organisations/"]
UP, DOWN, RECOVERY = 8, 8, 5  # seconds


def main() -> int:
    failures: list[str] = []
    with short_folder() as folder:
        with server(folder) as url:
            variables = environment(url, folder)
            fill(variables)
        log = (folder / "site.log").open("w+")
        with running(variables, workers=2, log=log) as site:
            if any(site.status(address) != 503 for address in ADDRESSES):
                failures.append("The site started without the database and did not answer 503.")
            with Load(site, ADDRESSES, 20) as load:
                with server(folder):
                    began = time.monotonic()
                    time.sleep(UP)
                    stopped = time.monotonic()
                gone = time.monotonic()
                time.sleep(DOWN)
                returning = time.monotonic()
                with server(folder):
                    back = time.monotonic()
                    time.sleep(RECOVERY + UP)
                    ended = time.monotonic()
            statuses = Counter(status for _at, _took, status, _address in load.answers)
            print(f"{len(load.answers)} answers: {dict(statuses)}")
            failures += [f"{count} × {s}" for s, count in statuses.items() if s not in {200, 503}]
            for name, start, end, wanted in (
                ("with the database", began + RECOVERY, stopped - 1, 200),
                ("without it", gone, returning - 1, 503),
                ("after its return", back + RECOVERY, ended - 1, 200),
            ):
                found = Counter(s for at, _took, s, _a in load.answers if start <= at < end)
                print(f"{name}: {dict(found)}")
                if set(found) != {wanted}:
                    failures.append(f"{name} there was {dict(found)}")
            since = [at - back for at, _took, status, _a in load.answers if at > gone]
            late = [
                at - back for at, _t, s, _a in load.answers if back < at < ended - 1 and s != 200
            ]
            print(f"last 503 began {max(late, default=0):.2f} s after the database was back")
            slowest = max(took for _at, took, _status, _a in load.answers)
            print(f"slowest answer {slowest:.2f} s; {len(since)} answers since it had gone")
        log.seek(0)
        lines = log.read().splitlines()
        print(f"{len(lines)} lines in the log, {sum('Traceback' in line for line in lines)} with a")
        print(f"traceback. The first: {lines[0] if lines else ''}")
        if any("Traceback" in line for line in lines):
            failures.append("The log has a traceback.")
    return verdict("database gone", failures)


if __name__ == "__main__":
    sys.exit(main())
