"""Under which codes partner requests and company profiles are found, filtered and counted.

What holds for a row is written once, in SQL, for one row as for a million: a verb keeps the row it changed, a program
that fills a database keeps all of them. A request's closing day is one of its codes, so that "closes within a week"
is asked of the same index and never goes stale.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partners.models import CompanyProfile, PartnerRequest

#: Facets in the order of the page, with their labels.
OF_REQUESTS = {
    "type": _("Type"),
    "economy": _("The firm is in"),
    "target": _("Partners wanted in"),
    "sector": _("Sector"),
    "certificate": _("Certificate asked for"),
    "language": _("Written in"),
    "closes": _("Closing soon"),
}
OF_COMPANIES = {
    "economy": _("Economy"),
    "sector": _("Sector"),
    "market": _("Serves the market"),
    "certificate": pgettext_lazy("of a company", "Certificate"),
    "language": _("Speaks"),
    "size": _("Size"),
    "ownership": _("Ownership"),
}
#: Rows that :func:`keep_all` writes in one statement.
BATCH = 10_000

_SECTORS = """SELECT 'sector:' || part.slug FROM {through} tagged
        JOIN reference_sector part ON part.id = tagged.sector_id WHERE tagged.{row}_id = found.id
    UNION ALL SELECT 'sector:' || wider.slug FROM {through} tagged
        JOIN reference_sector part ON part.id = tagged.sector_id
        JOIN reference_sector wider ON wider.id = part.parent_id WHERE tagged.{row}_id = found.id"""
#: ISO9001:2015 and ISO 9001 are one value: the edition goes, the number stands apart.
_CERTIFICATE = r"""'certificate:' || left(regexp_replace(regexp_replace(btrim({name}),
    '\s*[:/-]\s*(19|20)\d\d$', ''), '^(ISO|IATF|IEC)[ -]*(\d)', '\1 \2', 'i'), 80)"""
# A request that names no economy seeks partners everywhere.
_OF_REQUEST = f"""
    SELECT 'type:' || found.type
    UNION ALL SELECT 'language:' || found.language
    UNION ALL SELECT 'closes:' || found.closes_on
    UNION ALL SELECT 'economy:' || firm.economy_id
    UNION ALL SELECT 'target:' || economy_id FROM partners_partnerrequest_target_economies
        WHERE partnerrequest_id = found.id
    UNION ALL SELECT 'target:*' WHERE NOT EXISTS (
        SELECT FROM partners_partnerrequest_target_economies WHERE partnerrequest_id = found.id)
    UNION ALL SELECT {_CERTIFICATE.format(name="value")} FROM partners_condition
        WHERE request_id = found.id AND kind = 'certification'
    UNION ALL {_SECTORS.format(through="partners_partnerrequest_sectors", row="partnerrequest")}
"""  # noqa: S608 -- our own names
_OF_COMPANY = f"""
    SELECT 'economy:' || firm.economy_id
    UNION ALL SELECT 'market:' || market FROM unnest(found.markets || firm.economy_id::varchar) AS market
    UNION ALL SELECT 'language:' || spoken FROM unnest(found.languages || found.language) AS spoken
    UNION ALL SELECT 'size:' || nullif(found.size, '')
    UNION ALL SELECT 'ownership:' || tag FROM unnest(found.ownership_tags) AS tag
    UNION ALL SELECT {_CERTIFICATE.format(name="name")} FROM unnest(found.certifications) AS name
        WHERE btrim(name) <> ''
    UNION ALL {_SECTORS.format(through="partners_companyprofile_sectors", row="companyprofile")}
"""  # noqa: S608 -- our own names
_KEEP = """
UPDATE {table} AS kept SET facets = made.facets FROM (
    SELECT found.id, ARRAY(SELECT DISTINCT code COLLATE "C" FROM ({codes}) AS held(code)
        WHERE code IS NOT NULL ORDER BY 1)::varchar[] AS facets
    FROM {table} found JOIN accounts_organization firm ON firm.id = found.{firm}_id WHERE found.id = ANY(%s)
) AS made WHERE made.id = kept.id AND made.facets IS DISTINCT FROM kept.facets
"""
_STATEMENTS: dict[type[models.Model], str] = {
    PartnerRequest: _KEEP.format(table="partners_partnerrequest", firm="company", codes=_OF_REQUEST),
    CompanyProfile: _KEEP.format(table="partners_companyprofile", firm="organization", codes=_OF_COMPANY),
}


def keep(model: type[models.Model], ids: Iterable[int]) -> int:
    """Write the codes of these rows anew, in one statement; return how many had others.

    Called by every verb that changes what a row is found under: its own fields, sectors, economies, conditions.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[model], [list(ids)])
        return cursor.rowcount


def keep_all(model: type[models.Model]) -> int:
    """The same for every row, in batches: after the sectors have moved, or after rows were written in bulk."""
    changed, rows = 0, model._default_manager.order_by("pk")
    last: Any = 0
    while ids := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        changed += keep(model, ids)
        last = ids[-1]
    return changed
