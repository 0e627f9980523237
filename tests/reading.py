"""Pages as somebody reads them: visible titles, headings, errors."""

import re
from html import unescape


def text_of(response) -> str:
    """The words of a page, without its markup."""
    html = response.content.decode()
    html = re.sub(r"<(head|script|style)\b.*?</\1>", " ", html, flags=re.S)
    html = re.sub(r"</?(?:a|abbr|bdi|cite|em|span|strong|time)\b[^>]*>", "", html)  # within a line
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def file_of(response) -> bytes:
    """What was sent of a file. Read to its end it closes; `close` would end the test's queries."""
    return b"".join(response.streaming_content)


def content_of(response) -> bytes:
    """The whole answer, also of one that is sent by the piece."""
    return file_of(response) if response.streaming else response.content


def results_of(response) -> str:
    """The part of a list that holds its results, without filters beside it."""
    html = response.content.decode()
    return html[html.index('id="results"') :]


def titles_of(response) -> list[str]:
    """The titles of the events or organisations that a page lists, in their order."""
    html = response.content.decode()
    articles = re.findall(r'<article class="(?:event|organisation)".*?</article>', html, flags=re.S)
    found = [re.search(r"<h\d><a [^>]*>(.*?)</a>", article, flags=re.S) for article in articles]
    return [unescape(match[1]) for match in found]


def options_of(client, query="", path="/timeline/"):
    """What stands beside each option: its parameter and value, and the count that is heard."""
    html = client.get(f"{path}?{query}").content.decode()
    found = re.findall(
        r'<input type="checkbox" name="(\w+)" value="([^"]*)".*?'
        r'<span aria-hidden="true">(\d+)</span><span class="heard">, (.*?)</span>',
        html,
    )
    return {(name, unescape(value)): (int(count), heard) for name, value, count, heard in found}
