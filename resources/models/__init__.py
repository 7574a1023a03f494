"""The nouns of the resource portal."""

from resources.models.collections import Collection, CollectionItem
from resources.models.coverage import CoverageTotal
from resources.models.finder import FirmNeeds
from resources.models.imports import ImportRun
from resources.models.links import LinkCheck
from resources.models.meaning import ResourceMeaning
from resources.models.reports import Report
from resources.models.resource import PAGE_LANGUAGES, TRANSLATED, Reading, Resource, Translation
from resources.models.training import TrainingDate

__all__ = [
    "PAGE_LANGUAGES",
    "TRANSLATED",
    "Collection",
    "CollectionItem",
    "CoverageTotal",
    "FirmNeeds",
    "ImportRun",
    "LinkCheck",
    "Reading",
    "Report",
    "Resource",
    "ResourceMeaning",
    "TrainingDate",
    "Translation",
]
