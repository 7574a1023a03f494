"""One row of a chamber's file of requests: a draft to write for a member firm, or one it wrote and may still change.

What is published, or was written by the firm itself, stays: a row about it may say what is so, nothing else.
"""

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError

from partners import condition_cells, exporting, parsing, requesting, sheets, stating
from partners.complaints import from_rule, refuse
from partners.models import ChamberMember, PartnerRequest
from partners.unpacking import Record
from portal.accounts.models import Organization, User
from portal.languages import Language, column
from portal.reference.loading import CHANGED, CREATED, UNCHANGED

NEEDED = ("company", "type", "title", "teaser", "description")


class Requests:
    """Applies rows, one after the other; what it knows of the chamber's requests was fetched once."""

    def __init__(self, chamber: Organization, *, by: User) -> None:
        self.chamber, self.by, self.shelf = chamber, by, parsing.Shelf()
        rows = exporting.requests_of(chamber).prefetch_related("conditions").for_rows()  # type: ignore[attr-defined]
        self.requests: dict[str, PartnerRequest] = {request.slug: request for request in rows}
        self.titles: dict[tuple[int, str], set[str]] = {}
        for request in self.requests.values():
            self.titles.setdefault((request.company_id, request.title.casefold()), set()).add(request.slug)
        self.firms: dict[str, set[Organization]] = {}
        members = ChamberMember.objects.active().filter(chamber=chamber).select_related("company__economy")
        for member in members:
            names = {getattr(member.company, column("name", code)) or "" for code in Language.values}
            for name in {member.company.slug, *names} - {""}:
                self.firms.setdefault(name.casefold(), set()).add(member.company)
        self.seen: set[str] = set()

    def apply(self, record: Record) -> tuple[str, str]:
        """Write or change what the row is about. Return its short name and what had to be done.

        Raises :class:`~partners.complaints.Refused`; then nothing is written.
        """
        request = self._find(record)
        key = request.slug if request else f"{record.get('company')} {record.get('title')}".casefold()
        if key in self.seen:
            raise refuse(record.row, "slug" if request else "title", "twice", record.get("title"))
        self.seen.add(key)
        try:
            return self._change(request, record) if request else self._write(record)
        except ValidationError as error:
            raise from_rule(record.row, error, record.values) from error

    def version(self, slug: str) -> str:
        return self.requests[slug].version if slug in self.requests else ""

    def _find(self, record: Record) -> PartnerRequest | None:
        if slug := record.get("slug"):
            if slug not in self.requests:
                raise refuse(record.row, "slug", "no_request", slug)
            return self.requests[slug]
        for name in NEEDED:
            if not record.get(name):
                raise refuse(record.row, name, "needed")
        slugs = self.titles.get((self._firm(record).pk, record.get("title").casefold()), set())
        if len(slugs) > 1:
            raise refuse(record.row, "title", "ambiguous", record.get("title"))
        return self.requests[next(iter(slugs))] if slugs else None

    def _firm(self, record: Record) -> Organization:
        """The member firm that a row names, by its short name or its name."""
        firms = self.firms.get(record.get("company").casefold(), set())
        if len(firms) != 1:
            raise refuse(record.row, "company", "ambiguous" if firms else "not_a_member", record.get("company"))
        return next(iter(firms))

    def _write(self, record: Record) -> tuple[str, str]:
        given = self._read(record, {name for name, text in record.values.items() if text})
        given.setdefault("language", self.chamber.native_language)
        if given.get("closes_on"):
            requesting.check_closing_day(given["closes_on"])
        asked = condition_cells.stated(record, {name: given.pop(name, []) for name in sheets.CONDITIONS})
        request = requesting.draft(company=self._firm(record), chamber=self.chamber, by=self.by, **given)
        if asked:
            stating.state(request, stated=asked, by=self.by)
        return request.slug, CREATED

    def _change(self, request: PartnerRequest, record: Record) -> tuple[str, str]:
        values = exporting.request_values(request)
        differing = sheets.differing(record.values, values)
        differing -= {name for name in (*NEEDED, "language") if not record.get(name)}
        if "company" in differing and self._firm(record) != request.company:
            raise refuse(record.row, "company", "other_company", record.get("company"))
        given = parsing.otherwise(self._read(record, differing - {"company"}), values)
        if not given:
            return request.slug, UNCHANGED
        is_own = request.origin == PartnerRequest.Origin.CHAMBER
        if not is_own or request.status != PartnerRequest.Status.DRAFT:
            raise refuse(record.row, min(given), "not_a_draft", record.get(min(given)))
        if given.get("closes_on"):
            requesting.check_closing_day(given["closes_on"])
        asked = {name: given.pop(name) for name in sheets.CONDITIONS if name in given}
        stated = condition_cells.stated(record, {name: asked.get(name, values[name]) for name in sheets.CONDITIONS})
        if given:
            requesting.revise(request, by=self.by, **given)
        if asked:
            stating.state(request, stated=stated, by=self.by)
        return request.slug, CHANGED

    def _read(self, record: Record, names: set[str]) -> dict[str, Any]:
        readers: dict[str, Any] = (
            {name: partial(parsing.public_text, name=name) for name in sheets.REQUEST_TEXTS}
            | {
                "type": lambda row: parsing.choice(row, "type", PartnerRequest.Type.values, row.get("type").lower()),
                "language": parsing.language,
                "sectors": partial(parsing.several, name="sectors", known=self.shelf.sectors, spelled=str.lower),
                "hs_codes": parsing.hs_codes,
                "target_economies": partial(
                    parsing.several, name="target_economies", known=self.shelf.economies, spelled=str.upper
                ),
                "closes_on": partial(parsing.day, name="closes_on"),
                "shows_company": partial(parsing.yes_or_no, name="shows_company"),
                "places": partial(parsing.whole_number, name="places"),
            }
            | {name: partial(condition_cells.read, name=name) for name in sheets.CONDITIONS}
        )
        return parsing.each(record, names, readers)
