from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.db.models.functions import Greatest
from django.urls import reverse

from portal.sitemaps import PageMap
from resources.models import Resource


class ResourcePages(PageMap):
    """Every published resource, and when its readers last saw it change."""

    def items(self) -> QuerySet[Resource, Any]:
        rows = Resource.objects.visible_to(AnonymousUser()).published().order_by("pk")
        return rows.values_list("slug", Greatest("published_at", "changed_at"))

    def path(self, item: tuple[str, datetime]) -> str:
        return reverse("resources:resource-detail", args=item[:1])

    def changed(self, item: tuple[str, datetime]) -> datetime:
        return item[1]
