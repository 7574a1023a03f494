from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.urls import reverse

from dialogues.models import Dialogue, Issue, Session
from portal.sitemaps import PageMap


class DialoguePages(PageMap):
    """Every dialogue."""

    def items(self) -> QuerySet[Dialogue, Any]:
        return Dialogue.objects.visible_to(AnonymousUser()).order_by("pk").values_list("slug", flat=True)

    def path(self, item: str) -> str:
        return reverse("dialogues:dialogue-detail", args=[item])


class SessionPages(PageMap):
    """Every session that is open to all."""

    def items(self) -> QuerySet[Session, Any]:
        rows = Session.objects.visible_to(AnonymousUser()).order_by("pk")
        return rows.values_list("dialogue__slug", "pk", "changed_at")

    def path(self, item: tuple[str, int, datetime]) -> str:
        return reverse("dialogues:session-detail", args=item[:2])

    def changed(self, item: tuple[str, int, datetime]) -> datetime:
        return item[2]


class IssuePages(PageMap):
    """Every public issue."""

    def items(self) -> QuerySet[Issue, Any]:
        return Issue.objects.listed().order_by("pk").values_list("dialogue__slug", "pk", "changed_at")

    def path(self, item: tuple[str, int, datetime]) -> str:
        return reverse("dialogues:issue-detail", args=item[:2])

    def changed(self, item: tuple[str, int, datetime]) -> datetime:
        return item[2]
