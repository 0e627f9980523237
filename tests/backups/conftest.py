import pytest

from tests.backups.restores import NEW, OLD, put, said
from tests.factories import make_event
from tests.sites import sites


@pytest.fixture
def make_site(transactional_db, tmp_path, settings, monkeypatch):
    with sites(tmp_path, settings, monkeypatch) as make:
        yield make


@pytest.fixture
def backup(make_site):
    with make_site("source").open() as source:
        make_event(title=NEW[0])
        for name in NEW[1]:
            put(source, name)
        said("backup", source.folder / "site.tar")
    return source.folder / "site.tar"


@pytest.fixture
def target(make_site, backup):
    """A site with content, open."""
    with make_site("target").open() as site:
        make_event(title=OLD[0])
        put(site, OLD[1][0])
        yield site
