"""Runs the commands of `docs/hosting.md`, as they stand, in a bare Debian folder.

    python -m tests.drills.hosting --root /tmp/bare

As root, with debootstrap; the folder is made if it is not there, and stays bare. Two programs are
stood in for, because a folder has no process 1 and no name in the world: systemctl and certbot. How
pip finds packages on this machine is handed in by --share (folders) and by its own PIP_… variables.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
GUIDE = ROOT / "docs" / "hosting.md"
SITE = "peace.example.org"
# In the order in which a reader comes to them; a site that has content then moves to PostgreSQL.
WAY = [
    *("1. The program", "2. Settings and first account", "3. The service", "With nginx"),
    *("5. Is all well?", "8. Upgrade, and back", "10. PostgreSQL"),
]
# Readers write their own into the first block; this is what ours says.
OURS = {"REPOSITORY": "file:///srv/peaceportal.git", "SITE": SITE, "MAIL": "office@example.org"}
# doctor says that e-mail is not set up, which is so.
MAY_ASK_FOR_MORE = {"peaceportal doctor"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--root", type=Path, required=True, help="the bare folder")
    parser.add_argument("--mirror", help="of Debian; without it, the one that debootstrap takes")
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--share", type=Path, action="append", default=[], help="shown inside, too")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        follow(options.root, options.share)
        return
    if os.geteuid() != 0:
        sys.exit("To make a bare system, this drill has to be run as root.")
    if not (options.root / "etc").exists():
        made = ["--variant=minbase", "--include=ca-certificates"]
        mirror = [options.mirror] if options.mirror else []
        run("debootstrap", *made, options.suite, options.root, *mirror)
    prepare(options.root)
    # All that it mounts and starts ends with it.
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts"]
    again = [sys.executable, "-m", "tests.drills.hosting", *sys.argv[1:], "--inside"]
    sys.exit(subprocess.call([*apart, *again], cwd=ROOT))


def prepare(root: Path) -> None:
    """The stand-ins, the name of the site, the repository, and how this machine finds packages."""
    for name, program in (("systemctl", "service_manager.py"), ("certbot", "certificates.sh")):
        to = root / "usr/local/sbin" / name
        shutil.copy(HERE / program, to)
        to.chmod(0o755)
    hosts = root / "etc/hosts"
    hosts.write_text(f"127.0.0.1 localhost {SITE}\n")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf", follow_symlinks=True)
    for file in Path("/etc/apt/apt.conf.d").glob("99*"):
        shutil.copy(file, root / "etc/apt/apt.conf.d")
    for file in Path("/usr/local/share/ca-certificates").glob("*.crt"):
        shutil.copy(file, root / "usr/local/share/ca-certificates")
    run("chroot", root, "update-ca-certificates")
    repository = root / OURS["REPOSITORY"].removeprefix("file:///")
    shutil.rmtree(repository, ignore_errors=True)
    run("git", "clone", "--quiet", "--bare", ROOT, repository)


def follow(bare: Path, shares: list[Path]) -> None:
    run("mount", "--make-rprivate", "/")
    root = over(bare)
    run("mount", "-t", "proc", "proc", root / "proc")
    for folder in (Path("/dev"), *shares):
        inner = root / str(folder).lstrip("/")
        if folder.is_dir():
            inner.mkdir(parents=True, exist_ok=True)
        else:
            inner.parent.mkdir(parents=True, exist_ok=True)
            inner.touch()
        run("mount", "--rbind", folder, inner)
    (root / "run").mkdir(exist_ok=True)
    run("mount", "-t", "tmpfs", "tmpfs", root / "run")
    environment = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    environment |= {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    environment |= {"HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    blocks = commands(GUIDE.read_text())
    began = time.monotonic()
    for heading in WAY:
        if heading == "8. Upgrade, and back":
            release(root / OURS["REPOSITORY"].removeprefix("file:///"))
        for block in blocks[heading]:
            for command in block:
                name = command.partition("=")[0]
                if name in OURS and "=" in command:
                    environment[name] = OURS[name]
                    continue
                obey(root, heading, command, environment, time.monotonic() - began)
        look(root, heading, environment)
    print(f"The guide was followed to its end in {time.monotonic() - began:.0f} seconds.")


def release(repository: Path) -> None:
    """A newer version, the same but for its number: without one nothing is upgraded."""
    git = ["git", "-C", str(repository), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    made = [*git, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "A newer version"]
    newer = subprocess.run(made, check=True, capture_output=True, text=True).stdout.strip()
    run(*git, "update-ref", "HEAD", newer)


def over(bare: Path) -> Path:
    """The bare folder as it can be written: what is written is in memory, and gone afterwards."""
    memory = Path(tempfile.gettempdir(), "peaceportal-hosting")
    memory.mkdir(exist_ok=True)
    run("mount", "-t", "tmpfs", "tmpfs", memory)
    above, work, root = (memory / name for name in ("above", "work", "root"))
    for folder in (above, work, root):
        folder.mkdir()
    layers = f"lowerdir={bare.resolve()},upperdir={above},workdir={work}"
    run("mount", "-t", "overlay", "overlay", "-o", layers, root)
    return root


def commands(text: str) -> dict[str, list[list[str]]]:
    """The commands of a guide, block by block, by the heading that they stand under."""
    found: dict[str, list[list[str]]] = {}
    for part in re.split(r"^##+ ", text, flags=re.MULTILINE)[1:]:
        heading = part.partition("\n")[0]
        blocks = re.findall(r"^```sh\n(.*?)^```$", part, flags=re.MULTILINE | re.DOTALL)
        found[heading] = [block.replace("&&\n", "&& ").splitlines() for block in blocks]
    return found


def obey(root: Path, heading: str, command: str, environment: dict[str, str], at: float) -> None:
    print(f"{at:6.1f} s  {heading}: {command}", flush=True)
    ended = subprocess.run(
        ["chroot", root, "/bin/sh", "-c", command],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if ended.returncode and command not in MAY_ASK_FOR_MORE:
        print(ended.stdout[-4000:], ended.stderr[-4000:], sep="\n")
        for log in (root / "run/units").glob("*.log"):
            print(log.name, log.read_text()[-4000:], sep="\n")
        sys.exit(f"This command of the guide ended with {ended.returncode}: {command}")
    if command.startswith(("peaceportal", "sh ")):
        print(ended.stdout.strip(), flush=True)


def look(root: Path, heading: str, environment: dict[str, str]) -> None:
    """What a visitor then gets, once nginx stands in front."""
    if WAY.index(heading) < WAY.index("With nginx"):
        return
    ask = ["chroot", root, "curl", "--silent", "--show-error", "--include"]
    pages = {
        f"http://{SITE}/timeline/": ("301", f"https://{SITE}/timeline/"),
        f"https://{SITE}/": ("200", "strict-transport-security"),
        f"https://{SITE}/timeline.csv": ("200", "uid,url,title"),
        f"https://{SITE}/admin/login/": ("200", 'name="password"'),
        f"https://{SITE}/no-such-page/": ("404", "<html"),
    }
    for address, (status, words) in pages.items():
        answer = subprocess.run([*ask, address], env=environment, capture_output=True, text=True)
        first = answer.stdout.partition("\n")[0]
        if f" {status}" not in first or words not in answer.stdout:
            print(answer.stdout[:3000], answer.stderr)
            sys.exit(f"After “{heading}”, {address} answers “{first}” without “{words}”.")
    print(f"          {heading}: {len(pages)} addresses answer as they should")


def run(*command: object) -> None:
    words = [str(word) for word in command]
    if subprocess.call(words):
        sys.exit(f"This failed: {shlex.join(words)}")


if __name__ == "__main__":
    main()
