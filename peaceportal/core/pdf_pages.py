"""Reads the text of a PDF: a program of its own, started by `file_texts`.

A PDF can be made so that whoever reads it runs out of memory or time: then this program ends, and
no other. It reads the file from standard input and writes JSON: `pages`, the text of each; or
`why`, a word of `WhyUnread`, and `count`, the number of pages if it came so far.
"""

import json
import logging
import sys
from contextlib import suppress

MEMORY = 768 * 1024 * 1024  # bytes of addresses


def limit(seconds: int) -> None:
    """Of the processor's time; whoever started this counts the time that passes."""
    import resource

    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # some systems take no limit of memory
            resource.setrlimit(what, (most, most))


def read(stream, most_pages: int, most_characters: int) -> dict:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(stream)
    try:
        if reader.is_encrypted and not reader.decrypt(""):
            return {"why": "locked"}
    except (DependencyError, NotImplementedError):  # ciphers that this site does not know
        return {"why": "locked"}
    count = len(reader.pages)
    if count > most_pages:
        return {"why": "too-long", "count": count}
    pages, characters, broken = [], 0, 0
    for page in reader.pages:
        try:
            text = page.extract_text()
        except MemoryError:
            raise
        except Exception:  # whatever else a broken page makes of the reader
            text, broken = "", broken + 1
        characters += len(text)
        if characters > most_characters:
            return {"why": "too-long", "count": count}
        pages.append(text)
    if broken and not characters:
        return {"why": "broken", "count": count}
    return {"pages": pages}


def main(seconds: str, most_pages: str, most_characters: str) -> dict:
    limit(int(seconds))
    logging.disable()
    try:
        return read(sys.stdin.buffer, int(most_pages), int(most_characters))
    except MemoryError:
        return {"why": "too-long"}
    except Exception:
        return {"why": "broken"}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])))
