"""What the members of a cluster can do together: counted and summed from what each made public, and from no more."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from partners import choices, codes, condition_words
from partners.models import Capacity, ClusterMember, CompanyProfile, Size
from partners.reading import certificates
from portal.reference.models import Sector

#: A cluster of clusters may have any number of members; so many profiles are summed up.
MOST_PROFILES = 2000
#: How many of each kind a page names, the most frequent first.
MOST_NAMED = 12


@dataclass(frozen=True)
class Counted:
    """One thing that members have, and how many of them."""

    label: str
    count: int


@dataclass(frozen=True)
class Summed:
    """One kind of capacity: how much all together, and from how many members."""

    unit: str
    amount: Decimal
    count: int

    @property
    def label(self) -> str:
        return condition_words.volume(self.unit, self.amount)


@dataclass(frozen=True)
class JointCapability:
    """``members`` companies, of which ``public`` have a public profile; only these are counted below."""

    members: int
    public: int
    economies: list[Counted]
    sectors: list[Counted]
    goods: list[Counted]
    certifications: list[Counted]
    sizes: list[Counted]
    languages: list[Counted]
    capacities: list[Summed]


def joint_capability(clusters: set[int]) -> JointCapability:
    """Sum up the active members of these clusters (ids), each company once; names in the reader's language."""
    companies = ClusterMember.objects.active().filter(cluster__in=clusters).values("company")
    profiles = CompanyProfile.objects.listed().filter(organization__in=companies)
    fields = ("organization__economy", "hs_codes", "certifications", "size", "languages")
    rows = list(profiles.order_by("pk").values_list(*fields)[:MOST_PROFILES])
    counts = [Counter[str]() for _field in fields]
    for economy, hs_codes, certifications, size, languages in rows:
        spelled = [certificates.spelled(name) for name in certifications]
        for count, values in zip(counts, ([economy], hs_codes, spelled, [size], languages), strict=True):
            count.update({value for value in values if value})
    economies, goods, held, sizes, spoken = counts
    return JointCapability(
        members=companies.distinct().count(),
        public=len(rows),
        economies=_named(economies, choices.market_names(_codes(economies))),
        sectors=_sectors(profiles),
        goods=_named(goods, _codes(goods)),
        certifications=_named(held, _codes(held)),
        sizes=[Counted(str(size.label), sizes[size]) for size in Size if sizes[size]],
        languages=_named(spoken, [codes.language_name(code) for code in _codes(spoken)]),
        capacities=_capacities(profiles),
    )


def _codes(counts: Counter[str]) -> list[str]:
    """The most frequent; of equally frequent ones the first by their code, so that a page does not change by itself."""
    ranked = sorted(counts, key=lambda code: (-counts[code], code))
    return ranked[:MOST_NAMED]


def _named(counts: Counter[str], labels: list[str]) -> list[Counted]:
    return [Counted(label, counts[code]) for code, label in zip(_codes(counts), labels, strict=True)]


def _sectors(profiles: QuerySet[CompanyProfile]) -> list[Counted]:
    found = Sector.objects.filter(companies__in=profiles).annotate(count=Count("companies")).order_by("-count", "slug")
    return [Counted(sector.label, sector.count) for sector in found[:MOST_NAMED]]  # type: ignore[attr-defined]


def _capacities(profiles: QuerySet[CompanyProfile]) -> list[Summed]:
    confirmed = Capacity.objects.filter(profile__in=profiles, is_confirmed=True)
    sums = confirmed.values("unit").annotate(amount_sum=Sum("amount"), count=Count("pk")).order_by("-count", "unit")
    return [Summed(row["unit"], row["amount_sum"], row["count"]) for row in sums[:MOST_NAMED]]
