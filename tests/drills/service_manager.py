#!/usr/bin/python3
"""Stands in for `systemctl` where nothing runs as process 1, as in a bare Debian folder.

It runs our units from their files: user, folder, environment, commands. What came with Debian it
starts by the script in /etc/init.d. Units that it has started are noted in /run/units.
"""

import os
import pwd
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS, NOTES = Path("/etc/systemd/system"), Path("/run/units")


def main() -> None:
    action, *names = [word for word in sys.argv[1:] if not word.startswith("--")]
    if action == "daemon-reload":
        return
    NOTES.mkdir(exist_ok=True)
    action = {"enable": "start", "disable": "stop"}.get(action, action)
    for name in names:
        name = name if "." in name else f"{name}.service"
        if name.endswith(".timer"):
            read(name)  # it must be there; the drill does not wait for the night
        elif (UNITS / name).exists():
            if action in ("stop", "restart"):
                stop(name)
            if action in ("start", "restart"):
                start(name)
        else:
            own(name.removesuffix(".service"), action)


def own(service: str, action: str) -> None:
    """A service of Debian's: to reload it is to start it, if it does not run yet."""
    script = f"/etc/init.d/{service}"
    if action == "reload" and subprocess.call([script, "status"], stdout=subprocess.DEVNULL):
        action = "start"
    subprocess.run([script, action], check=True)


def read(name: str) -> list[tuple[str, str]]:
    lines = (UNITS / name).read_text().splitlines()
    return [(key, value) for key, sign, value in (line.partition("=") for line in lines) if sign]


def start(name: str) -> None:
    unit = read(name)
    said = dict(unit)
    environment = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
    for line in Path(said["EnvironmentFile"]).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            key, _, value = line.partition("=")
            environment[key] = "".join(shlex.split(value))
    user = pwd.getpwnam(said["User"])
    how = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    how |= {"cwd": said["WorkingDirectory"], "env": environment, "umask": int(said["UMask"], 8)}
    for key, value in unit:
        if key not in ("ExecStartPre", "ExecStart"):
            continue
        command = shlex.split(value.removeprefix("-"))
        if said.get("Type") == "oneshot" or key == "ExecStartPre":
            ended = subprocess.run(command, **how)
            allowed = {"0", *said.get("SuccessExitStatus", "").split()}
            if str(ended.returncode) not in allowed and not value.startswith("-"):
                sys.exit(f"{name} ended with {ended.returncode}")
        else:
            log = (NOTES / f"{name}.log").open("a")
            running = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, **how
            )
            (NOTES / name).write_text(str(running.pid))


def stop(name: str) -> None:
    note = NOTES / name
    if not note.exists():
        return
    number = int(note.read_text())
    note.unlink()
    os.kill(number, signal.SIGTERM)
    until = time.monotonic() + 45
    while time.monotonic() < until:
        state = Path(f"/proc/{number}/stat")
        if not state.exists() or ") Z " in state.read_text():
            return
        time.sleep(0.1)
    os.killpg(number, signal.SIGKILL)
    sys.exit(f"{name} did not end")


if __name__ == "__main__":
    main()
