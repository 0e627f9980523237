"""How staff edit organisations, areas of work, places, sources and what stands on their pages."""

from organisations import care, doubles  # noqa: F401
from organisations.admin.area import AreaFilter, AreaOfWorkAdmin, EngagementAdmin
from organisations.admin.organisation import OrganisationAdmin, SuccessionAdmin
from organisations.admin.parts import ActivityAdmin, QuotationAdmin, ResourceAdmin
from organisations.admin.place import PlaceAdmin
from organisations.admin.source import SourceAdmin

__all__ = [
    "ActivityAdmin",
    "AreaFilter",
    "AreaOfWorkAdmin",
    "EngagementAdmin",
    "OrganisationAdmin",
    "PlaceAdmin",
    "QuotationAdmin",
    "ResourceAdmin",
    "SourceAdmin",
    "SuccessionAdmin",
]
