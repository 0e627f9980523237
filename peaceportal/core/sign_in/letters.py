"""The e-mail that staff are sent: invitations, forgotten passwords, news of their account."""

from __future__ import annotations

import logging
from threading import Thread

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

logger = logging.getLogger("django.mail")

# These print or keep what they are given.
GO_NOWHERE = ("console", "dummy", "filebased")


def can_be_sent() -> bool:
    return settings.EMAIL_BACKEND.split(".")[-2] not in GO_NOWHERE


def letter(template: str, address: str, context: dict) -> EmailMessage:
    """`template` names `…_subject.txt` and `…_message.txt`."""
    subject = render_to_string(f"{template}_subject.txt", context)
    text = render_to_string(f"{template}_message.txt", context)
    return EmailMessage(" ".join(subject.split()), text.strip() + "\n", to=[address])


def send(message: EmailMessage) -> bool:
    """Whether it was handed on. A server of mail that is away stops nobody."""
    try:
        return bool(message.send())
    except OSError:  # of SMTP, too
        logger.exception("An e-mail could not be sent")
        return False


def send_in_a_while(message: EmailMessage) -> None:
    """Nobody waits for it: how long an answer takes does not say whether there was a letter."""
    Thread(target=send, args=[message]).start()
