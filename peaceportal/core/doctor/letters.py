"""What is sent by e-mail to whoever runs the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.core.mail import send_mail

from peaceportal.core.doctor.findings import Finding, Kind, mend, note, ok


def trial(address: str) -> Iterator[Finding]:
    """Send a letter, to see whether it arrives."""
    words = f"This was sent by {settings.SITE_URL}, to see whether its e-mail arrives."
    yield _sent(address, "Peace Portal: a test", words)


def report(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Write what is to be mended to OPERATOR_EMAIL; nothing if all is well."""
    words = [f"- {finding.words}" for finding in findings if finding.kind == Kind.MEND]
    if not words:
        return
    if not settings.OPERATOR_EMAIL:
        yield note("Nobody was written to: OPERATOR_EMAIL is not set.")
        return
    things = "one thing" if len(words) == 1 else f"{len(words)} things"
    subject = f"{settings.SITE_HOST}: {things} to mend"
    lines = [f"{settings.SITE_URL} looked at itself and found:", "", *words, ""]
    lines += ["When it is done, “manage.py doctor” on the server says whether all is well."]
    yield _sent(settings.OPERATOR_EMAIL, subject, "\n".join(lines))


def goes_nowhere() -> bool:
    """Whether e-mail is only printed or kept here."""
    return settings.EMAIL_BACKEND.split(".")[-2] in {"console", "dummy", "filebased"}


def _sent(address: str, subject: str, words: str) -> Finding:
    if goes_nowhere():
        return mend(f"Nothing was sent to {address}: e-mail goes nowhere. Set EMAIL_URL.")
    try:
        send_mail(subject, words, None, [address])
    except Exception as error:  # a socket, a server and a certificate have errors of their own
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        return mend(f"The e-mail to {address} was not taken: {said}. See EMAIL_URL.")
    return ok(f"An e-mail to {address} was handed over. See whether it arrives.")
