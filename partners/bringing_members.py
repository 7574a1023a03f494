"""One row of a chamber's file of member firms: a firm to enter, or one it entered and still speaks for alone.

A firm with people of its own on the portal keeps its profile itself: a row about it may say what is so, nothing else.
Nothing that a file says lists a firm in the public directory: that is its own decision.
"""

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation

from partners import directory, parsing, sheets
from partners.complaints import from_rule, refuse
from partners.models import ChamberMember, CompanyProfile
from partners.unpacking import Record
from portal.accounts.membership import namesakes
from portal.accounts.models import Membership, Organization, User
from portal.activity.log import record as note
from portal.languages import Language, column
from portal.reference.loading import CHANGED, CREATED, UNCHANGED

OF_THE_FIRM = {"name", "name_en", "website"}


class Members:
    """Applies rows, one after the other; what it knows of the chamber's firms was fetched once."""

    def __init__(self, chamber: Organization, *, by: User) -> None:
        self.chamber, self.by, self.shelf = chamber, by, parsing.Shelf()
        members = ChamberMember.objects.active().filter(chamber=chamber)
        firms = list(members.values_list("company", flat=True))
        self.entered = set(members.filter(is_registered_by_chamber=True).values_list("company", flat=True))
        people = Membership.objects.active().filter(organization__in=firms)
        self.peopled = set(people.values_list("organization", flat=True))
        found = CompanyProfile.objects.filter(organization__in=firms).for_rows()
        self.profiles = {profile.organization.slug: profile for profile in found}
        self.names: dict[str, set[str]] = {}
        for profile in self.profiles.values():
            self._remember(profile.organization)
        self.seen: set[str] = set()

    def apply(self, record: Record) -> tuple[str, str]:
        """Enter or change what the row is about. Return its short name and what had to be done.

        Raises :class:`~partners.complaints.Refused`; then nothing is written.
        """
        profile = self._find(record)
        key = profile.organization.slug if profile else record.get("name").casefold()
        if key in self.seen:
            raise refuse(record.row, "slug" if profile else "name", "twice", key)
        self.seen.add(key)
        try:
            return self._change(profile, record) if profile else self._enter(record)
        except ValidationError as error:
            raise from_rule(record.row, error, record.values) from error

    def version(self, slug: str) -> str:
        """Which state of a firm's profile was looked at; another one after each change."""
        return self.profiles[slug].changed_at.isoformat() if slug in self.profiles else ""

    def _remember(self, firm: Organization) -> None:
        for code in Language.values:
            if name := getattr(firm, column("name", code)):
                self.names.setdefault(name.casefold(), set()).add(firm.slug)

    def _find(self, record: Record) -> CompanyProfile | None:
        if slug := record.get("slug"):
            if slug not in self.profiles:
                raise refuse(record.row, "slug", "not_a_member", slug)
            return self.profiles[slug]
        name = record.get("name")
        if not name:
            raise refuse(record.row, "name", "needed")
        slugs = self.names.get(name.casefold(), set())
        if len(slugs) > 1:
            raise refuse(record.row, "name", "ambiguous", name)
        return self.profiles[next(iter(slugs))] if slugs else None

    def _enter(self, record: Record) -> tuple[str, str]:
        is_another = parsing.yes_or_no(record, sheets.IS_ANOTHER)
        name = record.get("name")
        if not is_another and self.chamber.economy and namesakes(name, self.chamber.economy).exists():
            raise refuse(record.row, "name", "already_here", name)
        given = self._read(record, {name for name, text in record.values.items() if text})
        said = {name: given.pop(name) for name in OF_THE_FIRM & given.keys()}
        sectors = given.pop("sectors", [])
        language = given.pop("language", self.chamber.native_language)
        firm = directory.register_firm(self.chamber, name=said.pop("name"), language=language, by=self.by, **given)
        self._say(firm.company, said)
        profile = CompanyProfile.objects.get(organization=firm.company)
        profile.sectors.set(sectors)
        directory.index(profile)
        return firm.company.slug, CREATED

    def _change(self, profile: CompanyProfile, record: Record) -> tuple[str, str]:
        firm, values = profile.organization, sheets.profile_values(profile)
        differing = sheets.differing(record.values, values)
        differing -= {name for name in ("name", "name_en", "language") if not record.get(name)}
        given = parsing.otherwise(self._read(record, differing), values)
        if not given:
            return firm.slug, UNCHANGED
        if firm.pk in self.peopled or firm.pk not in self.entered:
            raise refuse(record.row, min(given), "own_profile", record.get(min(given)))
        self._say(firm, {name: given.pop(name) for name in OF_THE_FIRM & given.keys()})
        if given:
            directory.save_profile(firm, by=self.by, **given)
        return firm.slug, CHANGED

    def _say(self, firm: Organization, said: dict[str, str]) -> None:
        """Write what belongs to the firm itself: its names and its website."""
        if not said:
            return
        if "name" in said:
            setattr(firm, column("name", firm.native_language), said["name"])
        if "name_en" in said:
            setattr(firm, column("name", Language.EN), said["name_en"])
        firm.website = said.get("website", firm.website)
        firm.full_clean()
        with translation.override(Language.EN):  # the column without a language follows the active one
            firm.save()
        directory.index(CompanyProfile.objects.get(organization=firm))
        note(self.by, "edited", firm)

    def _read(self, record: Record, names: set[str]) -> dict[str, Any]:
        def text(name: str) -> partial[str]:
            return partial(Record.get, name=name)

        readers: dict[str, Any] = {name: text(name) for name in (*OF_THE_FIRM, "city", "size")}
        readers |= {name: partial(parsing.public_text, name=name) for name in ("capabilities", "seeks")}
        readers |= {
            "language": parsing.language,
            "year_founded": partial(parsing.whole_number, name="year_founded"),
            "sectors": partial(parsing.several, name="sectors", known=self.shelf.sectors, spelled=str.lower),
            "hs_codes": parsing.hs_codes,
            "markets": partial(parsing.markets, name="markets"),
            "excluded_economies": partial(parsing.markets, name="excluded_economies"),
            "wanted_types": partial(parsing.types, name="wanted_types"),
        }
        for name in ("certifications", "languages", "ownership_tags"):
            readers[name] = lambda record, name=name: sheets.parts(record.get(name))
        return parsing.each(record, names, readers)
