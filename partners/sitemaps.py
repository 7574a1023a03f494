from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.urls import reverse

from partners.models import PartnerRequest, SuccessStory
from portal.sitemaps import PageMap


class RequestPages(PageMap):
    """The partner requests that are open now."""

    def items(self) -> QuerySet[PartnerRequest, Any]:
        rows = PartnerRequest.objects.visible_to(AnonymousUser()).open().order_by("pk")
        return rows.values_list("slug", "changed_at")

    def path(self, item: tuple[str, datetime]) -> str:
        return reverse("partners:request-detail", args=item[:1])

    def changed(self, item: tuple[str, datetime]) -> datetime:
        return item[1]


class StoryPages(PageMap):
    """The success stories that both firms agreed to tell."""

    def items(self) -> QuerySet[SuccessStory, Any]:
        return SuccessStory.objects.told().order_by("pk").values_list("slug", "changed_at")

    def path(self, item: tuple[str, datetime]) -> str:
        return reverse("partners:story-detail", args=item[:1])

    def changed(self, item: tuple[str, datetime]) -> datetime:
        return item[1]
