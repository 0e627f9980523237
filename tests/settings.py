"""The site's own settings, with what tests need otherwise."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")
os.environ["SITE_URL"] = "http://127.0.0.1:8000"

from peaceportal.settings import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
PAGE_CACHE_MB = 0  # each request makes its page: what keeps them has tests of its own
REQUIRE_SECOND_FACTOR = False  # the tests of signing in demand it
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
_FOLDERS = [tempfile.TemporaryDirectory(prefix="peaceportal-") for _ in range(2)]
MEDIA_ROOT, STATIC_ROOT = (folder.name for folder in _FOLDERS)
STORAGES = {
    "default": {"BACKEND": "peaceportal.core.whole_files.WholeFilesStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
