import pytest

from tests.sites import sites


@pytest.fixture
def make_site(transactional_db, tmp_path, settings, monkeypatch):
    with sites(tmp_path, settings, monkeypatch) as make:
        yield make
