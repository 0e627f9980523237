"""Style sheets as they are served in production: one request instead of one a file."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# A line by itself, as `site.css` writes them; the files stand in one folder, so that what they
# name (fonts) is found from the whole as from its parts.
IMPORT = re.compile(r'^@import url\("([\w-]+\.css)"\);$', re.M)


class OneStyleSheetStorage(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files; a style sheet that imports others is written out whole."""

    def post_process(self, paths, dry_run=False, **options):
        """`paths` are names with the storage and path each was collected from."""
        whole = InMemoryStorage()
        for name in [name for name in paths if name.endswith(".css")]:
            css = _read(paths, name)
            if IMPORT.search(css):
                whole.save(name, ContentFile(_written_out(paths, name, css).encode()))
                paths = paths | {name: (whole, name)}
        yield from super().post_process(paths, dry_run, **options)


def _read(paths, name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return file.read().decode()


def _written_out(paths, name: str, css: str) -> str:
    folder = PurePosixPath(name).parent
    return IMPORT.sub(lambda line: _read(paths, str(folder / line[1])), css)
