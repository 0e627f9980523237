"""The few models of the core; each lives in the module of its subject."""

from peaceportal.core.accounts import User
from peaceportal.core.changes import Change, ChangeCounter, LogReader
from peaceportal.core.doubles import Double
from peaceportal.core.identifiers import Identifier
from peaceportal.core.imports.uploads import Upload
from peaceportal.core.links.store import Link, LinkUse
from peaceportal.core.merging.merges import Merge
from peaceportal.core.missed import MissedAddress
from peaceportal.core.search.store import SearchEntry, SearchWord
from peaceportal.core.sign_in.audit import AuditEntry
from peaceportal.core.slugs import OldSlug
from peaceportal.core.versions.detail import VersionDetail

__all__ = [
    "AuditEntry",
    "Change",
    "ChangeCounter",
    "Double",
    "Identifier",
    "Link",
    "LinkUse",
    "LogReader",
    "Merge",
    "MissedAddress",
    "OldSlug",
    "SearchEntry",
    "SearchWord",
    "Upload",
    "User",
    "VersionDetail",
]
