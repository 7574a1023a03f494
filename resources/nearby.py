"""The resources that the rows of a file may be about, read some hundred rows at a time instead of row by row."""

from collections.abc import Sequence

from django.db.models import Q

from portal.accounts.models import Organization, User
from portal.languages import Language, column
from resources.checking import MANY
from resources.models import Resource
from resources.unpacking import Record

#: Rows whose resources are read together.
AT_ONCE = 250
#: Nobody compares these with a file, and they are the heaviest part of a row.
_VECTORS = [column("search", code) for code in Language.values]


class Near:
    """What is there of the records around the one at hand, with the relations that they are compared with.

    It holds no lock: what a verb writes, it locks and compares by version first. What the file itself writes is noted.
    """

    def __init__(self, records: Sequence[Record], *, by: User) -> None:
        self._records = records
        self._places = {record.row: place for place, record in enumerate(records)}
        self._by = by
        self._reached: set[int] = set()
        self.by_slug: dict[str, Resource] = {}

    def reach(self, record: Record) -> None:
        """Read what this record and those after it may mean, unless it was read with those before it."""
        if record.row in self._reached:
            return
        start = self._places[record.row]
        some = self._records[start : start + AT_ONCE]
        self._reached = {one.row for one in some}
        slugs = {one.shown("slug") for one in some} - {""}
        urls = {one.shown("url") for one in some if not one.shown("slug")} - {""}
        mine = Resource.objects.visible_to(self._by).filter(Q(slug__in=slugs) | Q(url__in=urls)).defer(*_VECTORS)
        found = mine.select_related("publisher__economy").prefetch_related(
            *MANY, "sectors__parent", "sectors__children"
        )
        self.by_slug = {resource.slug: resource for resource in found.order_by("pk")}

    def by_source(self, url: str, publisher: Organization) -> list[Resource]:
        """Those of a publisher at an address."""
        return [one for one in self.by_slug.values() if one.url == url and one.publisher_id == publisher.pk]

    def note(self, resource: Resource) -> None:
        """A record made this one, or changed it."""
        self.by_slug[resource.slug] = resource
