"""Who works for peace, on what, and where."""

from organisations.models.area import AreaOfWork, Engagement
from organisations.models.organisation import Organisation, OrganisationName, Succession
from organisations.models.parts import Activity, Quotation, Resource
from organisations.models.place import Place
from organisations.models.source import Source

__all__ = [
    "Activity",
    "AreaOfWork",
    "Engagement",
    "Organisation",
    "OrganisationName",
    "Place",
    "Quotation",
    "Resource",
    "Source",
    "Succession",
]
