"""The log: a line of JSON each, for machines that keep it; plain text at a terminal.

Of a request it names the id, the method and the path. The query, the address of who asked, values
in SQL and secrets in paths of the admin are left out: who reads the log need not know them.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

from peaceportal.core import answering

# What PostgreSQL adds to an error holds values of rows.
DETAILS = re.compile(r"^(DETAIL|CONTEXT|HINT):.*\n?", re.M)


class Strangers(logging.Filter):
    """What Django refuses of a stranger is no error of ours, and their words are not written down.

    The class says what it was: `django.security.DisallowedHost` is another name than ours.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django.security.") and record.levelno == logging.ERROR:
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.msg, record.args, record.exc_info = "A request was refused.", (), None
        return True


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        asked = getattr(record, "request", None)  # answered by now, and told of by Django
        request = getattr(asked, "told", answering.now())
        if request.id:
            line |= {"request": request.id, "method": request.method, "path": request.path}
        if status := getattr(record, "status_code", None):
            line["status"] = status
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            line["exception"] = DETAILS.sub("", self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class ForWhoever(logging.Formatter):
    """JSON, or plain text where somebody sits at a terminal."""

    def __init__(self):
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")
        self.json = JsonLines()

    def format(self, record: logging.LogRecord) -> str:
        return super().format(record) if sys.stderr.isatty() else self.json.format(record)


def _message(record: logging.LogRecord) -> str:
    """Django writes the path into the message, with whatever key is in it."""
    if record.name.startswith("django.request") and isinstance(record.args, tuple) and record.args:
        return str(record.args[0])
    return DETAILS.sub("", record.getMessage())
