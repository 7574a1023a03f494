"""Lists of requests and companies are narrowed and counted by the codes each row holds (partners/facets.py)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import Q

_CODES = {"db_default": [], "default": list, "editable": False, "size": None}
#: As partners/facets.py wrote it when this migration was made.
REQUESTS = r"""
UPDATE partners_partnerrequest AS kept SET facets = made.facets FROM (
    SELECT found.id, ARRAY(SELECT DISTINCT code COLLATE "C" FROM (
    SELECT 'type:' || found.type
    UNION ALL SELECT 'language:' || found.language
    UNION ALL SELECT 'closes:' || found.closes_on
    UNION ALL SELECT 'economy:' || firm.economy_id
    UNION ALL SELECT 'target:' || economy_id FROM partners_partnerrequest_target_economies
        WHERE partnerrequest_id = found.id
    UNION ALL SELECT 'target:*' WHERE NOT EXISTS (
        SELECT FROM partners_partnerrequest_target_economies WHERE partnerrequest_id = found.id)
    UNION ALL SELECT 'certificate:' || left(regexp_replace(regexp_replace(btrim(value),
    '\s*[:/-]\s*(19|20)\d\d$', ''), '^(ISO|IATF|IEC)[ -]*(\d)', '\1 \2', 'i'), 80) FROM partners_condition
        WHERE request_id = found.id AND kind = 'certification'
    UNION ALL SELECT 'sector:' || part.slug FROM partners_partnerrequest_sectors tagged JOIN reference_sector part ON part.id = tagged.sector_id
        WHERE tagged.partnerrequest_id = found.id
    UNION ALL SELECT 'sector:' || wider.slug FROM partners_partnerrequest_sectors tagged
        JOIN reference_sector part ON part.id = tagged.sector_id JOIN reference_sector wider ON wider.id = part.parent_id
        WHERE tagged.partnerrequest_id = found.id
) AS held(code)
        WHERE code IS NOT NULL ORDER BY 1)::varchar[] AS facets
    FROM partners_partnerrequest found JOIN accounts_organization firm ON firm.id = found.company_id 
) AS made WHERE made.id = kept.id AND made.facets IS DISTINCT FROM kept.facets
"""
COMPANIES = r"""
UPDATE partners_companyprofile AS kept SET facets = made.facets FROM (
    SELECT found.id, ARRAY(SELECT DISTINCT code COLLATE "C" FROM (
    SELECT 'economy:' || firm.economy_id
    UNION ALL SELECT 'market:' || market FROM unnest(found.markets || firm.economy_id::varchar) AS market
    UNION ALL SELECT 'language:' || spoken FROM unnest(found.languages || found.language) AS spoken
    UNION ALL SELECT 'size:' || nullif(found.size, '')
    UNION ALL SELECT 'ownership:' || tag FROM unnest(found.ownership_tags) AS tag
    UNION ALL SELECT 'certificate:' || left(regexp_replace(regexp_replace(btrim(name),
    '\s*[:/-]\s*(19|20)\d\d$', ''), '^(ISO|IATF|IEC)[ -]*(\d)', '\1 \2', 'i'), 80) FROM unnest(found.certifications) AS name WHERE btrim(name) <> ''
    UNION ALL SELECT 'sector:' || part.slug FROM partners_companyprofile_sectors tagged JOIN reference_sector part ON part.id = tagged.sector_id
        WHERE tagged.companyprofile_id = found.id
    UNION ALL SELECT 'sector:' || wider.slug FROM partners_companyprofile_sectors tagged
        JOIN reference_sector part ON part.id = tagged.sector_id JOIN reference_sector wider ON wider.id = part.parent_id
        WHERE tagged.companyprofile_id = found.id
) AS held(code)
        WHERE code IS NOT NULL ORDER BY 1)::varchar[] AS facets
    FROM partners_companyprofile found JOIN accounts_organization firm ON firm.id = found.organization_id 
) AS made WHERE made.id = kept.id AND made.facets IS DISTINCT FROM kept.facets
"""


class Migration(migrations.Migration):
    dependencies = [("partners", "0004_rungs_of_the_ladder")]
    operations = [
        migrations.AddField("companyprofile", "facets", ArrayField(models.CharField(max_length=100), **_CODES)),
        migrations.AddField("partnerrequest", "facets", ArrayField(models.CharField(max_length=100), **_CODES)),
        migrations.RunSQL([REQUESTS, COMPANIES], migrations.RunSQL.noop),
        migrations.RemoveIndex("partnerrequest", "partner_request_newest"),
        migrations.AddIndex(
            "companyprofile", GinIndex(fields=["facets"], name="company_facets", condition=Q(is_listed=True))
        ),
        migrations.AddIndex(
            "partnerrequest",
            GinIndex(fields=["facets"], name="partner_request_facets", condition=Q(status="published")),
        ),
        migrations.AddIndex(
            "partnerrequest",
            models.Index(
                fields=["status", "-published_at", "-id"],
                include=["closes_on", "hidden_at"],
                name="partner_request_newest_open",
            ),
        ),
    ]
