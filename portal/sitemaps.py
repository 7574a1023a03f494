"""What search engines may find: the sitemap's common parts, and robots.txt. The apps name their own pages."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from portal.languages import Language

#: Pages in one file, each in every language: far below the 50,000 addresses that the protocol allows.
PAGES_IN_ONE = 2_500
#: Paths under each language that are of no use to a search engine, or cost more than they give.
_CLOSED = ("account", "desk", "notifications", "profile", "reading", "resources/export.csv", "resources/export.jsonl")


class PageMap(Sitemap):
    """Pages that stand at the same path in every language.

    A subclass gives ``items()``, the ``path(item)`` in English, and when it was ``changed(item)``. Unlike Django's
    own ``i18n`` sitemaps it reads one file's rows only, so a million pages take no more memory than a thousand.
    """

    limit = PAGES_IN_ONE

    def items(self) -> Any:
        raise NotImplementedError

    def path(self, item: Any) -> str:
        raise NotImplementedError

    def changed(self, item: Any) -> datetime | None:
        return None

    def get_latest_lastmod(self) -> datetime | None:
        """For the index: when anything in here changed last."""
        return None

    def _urls(self, page: int | str, protocol: str, domain: str) -> list[dict[str, Any]]:
        base = f"{protocol}://{domain}"
        found = []
        with translation.override(Language.EN):
            for item in self.paginator.page(page).object_list:
                path = self.path(item).removeprefix(f"/{Language.EN}")
                alternates = [{"location": f"{base}/{code}{path}", "lang_code": code} for code in Language.values]
                alternates.append({"location": base + path, "lang_code": "x-default"})
                found += [
                    {
                        "item": item,
                        "location": f"{base}/{code}{path}",
                        "lastmod": self.changed(item),
                        "changefreq": None,
                        "priority": "",
                        "alternates": alternates,
                    }
                    for code in Language.values
                ]
        dates = [url["lastmod"] for url in found if url["lastmod"]]
        self.latest_lastmod = max(dates) if dates else None
        return found


class NamedPages(PageMap):
    """Pages that are always there, by the names of their addresses."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = list(names)

    def items(self) -> list[str]:
        return self.names

    def path(self, item: str) -> str:
        return reverse(item)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Where the sitemap is, and what not to fetch."""
    closed = [f"/{code}/{path}" for code in Language.values for path in _CLOSED]
    lines = ["User-agent: *", "Disallow: /admin/", *(f"Disallow: {path}" for path in closed), ""]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
