import pytest

from tests.imports.files import Files


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)
