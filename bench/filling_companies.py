"""Fills the directory with as many synthetic companies as asked for: deterministic, in four languages, at SQL speed.

Each has the place, sectors, goods, certificates and language of one real company, names its sector, and says half of
what two firms of other sectors say, with a vector between the three: the criteria fit as well as those of real ones,
the business does not.
"""

from django.db import connection
from django.utils import translation

_REAL = """
CREATE TEMP TABLE real AS SELECT row_number() OVER (ORDER BY p.id) - 1 AS n, p.*, o.economy_id,
    ARRAY(SELECT coalesce(s.parent_id, s.id) FROM partners_companyprofile_sectors t
        JOIN reference_sector s ON s.id = t.sector_id WHERE t.companyprofile_id = p.id) AS roots,
    (SELECT min(t.sector_id) FROM partners_companyprofile_sectors t WHERE t.companyprofile_id = p.id) AS sector_id
FROM partners_companyprofile p JOIN accounts_organization o ON o.id = p.organization_id
WHERE p.is_listed AND p.text_digest <> ''"""
#: ``a`` gives the criteria, ``b`` and ``c`` half of their texts.
_MADE = """
CREATE TEMP TABLE made AS SELECT g, a.id AS a_id, b.id AS b_id, c.id AS c_id, a.language, a.economy_id, a.city, a.size,
    label.text || '. ' || left(b.capabilities, length(b.capabilities) / 2) || ' '
        || left(c.capabilities, length(c.capabilities) / 2) || ' ' || g AS capabilities,
    label.vector AS label_vector, a.hs_codes, a.hs_chapters, b.markets, a.certifications, a.languages, a.ownership_tags
FROM generate_series(1, %s) g JOIN real a ON a.n = abs(hashint4(g)) %% %s
CROSS JOIN LATERAL (SELECT * FROM real x WHERE NOT x.roots && a.roots ORDER BY hashint8(x.id * 7919 + g) LIMIT 1) b
CROSS JOIN LATERAL (SELECT * FROM real x WHERE NOT x.roots && a.roots ORDER BY hashint8(x.id * 104729 + g) LIMIT 1) c
JOIN label ON label.sector_id = a.sector_id AND label.language = a.language"""
_ORGANIZATIONS = """
INSERT INTO accounts_organization ({columns})
SELECT {values} FROM made JOIN accounts_organization o ON o.id = (SELECT organization_id FROM real WHERE id = a_id)"""
_PROFILES = """
INSERT INTO partners_companyprofile (organization_id, language, capabilities, seeks, wanted_types, city, size,
    hs_codes, hs_chapters, markets, certifications, languages, ownership_tags, excluded_economies, is_listed, is_sample,
    changed_at)
SELECT o.id, m.language, m.capabilities, '', '{}', m.city, m.size, m.hs_codes, m.hs_chapters, m.markets,
    m.certifications, m.languages, m.ownership_tags, '{}', true, true, now()
FROM made m JOIN accounts_organization o ON o.slug = 'bench-' || m.g"""
_NEW = """
CREATE TEMP TABLE new AS SELECT p.id, m.* FROM made m JOIN accounts_organization o ON o.slug = 'bench-' || m.g
JOIN partners_companyprofile p ON p.organization_id = o.id"""
_READINGS = """
INSERT INTO partners_profilereading (profile_id, certificates, languages, sizes, ownership, markets, refuses, lacks,
    roles, wants)
SELECT n.id, r.certificates, r.languages, r.sizes, r.ownership, r.markets, r.refuses, r.lacks, r.roles, r.wants
FROM new n JOIN partners_profilereading r ON r.profile_id = n.a_id"""
_VECTORS = """
INSERT INTO partners_companymeaning (profile_id, language, part, vector, digest, indexed)
SELECT n.id, n.language, parts.part, l2_normalize(n.label_vector + n.label_vector + b.vector + c.vector), 'bench',
    '1-' || p.text_digest
FROM new n JOIN partners_companyprofile p ON p.id = n.id CROSS JOIN (VALUES (0), (2)) parts(part)
JOIN partners_companymeaning b ON b.profile_id = n.b_id AND b.part = 2
JOIN partners_companymeaning c ON c.profile_id = n.c_id AND c.part = 2"""


def fill(rows: int) -> None:
    """Add ``rows`` companies, read and with vectors, indexed and analysed."""
    from partners import facets  # noqa: PLC0415 -- Django is set up by the caller
    from partners.models import CompanyProfile  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        _name_sectors(cursor)
        cursor.execute(_REAL)
        cursor.execute("SELECT count(*) FROM real")
        (count,) = cursor.fetchone()
        cursor.execute(_MADE, [rows, count])
        columns = _columns(cursor)
        values = {"slug": "'bench-' || g", **{name: "'Company ' || g" for name in columns if name.startswith("name_")}}
        cursor.execute(
            _ORGANIZATIONS.format(
                columns=", ".join(columns), values=", ".join(values.get(name, f"o.{name}") for name in columns)
            )
        )
        cursor.execute(_PROFILES)
        cursor.execute(_NEW)
        cursor.execute(
            "INSERT INTO partners_companyprofile_sectors (companyprofile_id, sector_id) SELECT n.id, s.sector_id"
            " FROM new n JOIN partners_companyprofile_sectors s ON s.companyprofile_id = n.a_id"
        )
        cursor.execute(_READINGS)
        cursor.execute(
            "INSERT INTO partners_capacity (profile_id, unit, amount, is_confirmed)"
            " SELECT n.id, c.unit, c.amount, false"
            " FROM new n JOIN partners_capacity c ON c.profile_id = n.a_id"
        )
        cursor.execute("DROP INDEX IF EXISTS partners_companymeaning_nearest")
        cursor.execute(_VECTORS)
        cursor.execute(
            "CREATE INDEX partners_companymeaning_nearest ON partners_companymeaning USING hnsw"
            " (vector halfvec_cosine_ops) WITH (m = 16, ef_construction = 64)"
        )
        cursor.execute(
            "UPDATE partners_companyprofile SET read_of = text_digest, match_is_due = false"
            " WHERE id IN (SELECT id FROM new)"
        )
        for column, language in (("en", "en"), ("es", "es"), ("fr", "fr"), ("zh_hant", "zh-hant")):
            cursor.execute(
                f"UPDATE partners_companyprofile p SET search_{column} = s.search_{column} FROM new n"  # noqa: S608
                f" JOIN partners_companyprofile s ON s.id = n.b_id WHERE p.id = n.id AND n.language = '{language}'"
            )
    facets.keep_all(CompanyProfile)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _name_sectors(cursor) -> None:
    """Every sector's name in the four languages, with its vector."""
    from django.conf import settings  # noqa: PLC0415

    from portal.reference.models import Sector  # noqa: PLC0415
    from portal.search import semantic  # noqa: PLC0415

    codes = [code for code, _name in settings.LANGUAGES]
    named = []
    for code in codes:
        with translation.override(code):
            named += [(sector.pk, code, str(sector.label)) for sector in Sector.objects.all()]
    vectors = semantic.encode([text for _pk, _code, text in named])
    cursor.execute("CREATE TEMP TABLE label (sector_id bigint, language text, text text, vector halfvec(512))")
    cursor.executemany(
        "INSERT INTO label VALUES (%s, %s, %s, %s)",
        [(*row, semantic.written(vector)) for row, vector in zip(named, vectors, strict=True)],
    )


def _columns(cursor) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'accounts_organization'::regclass AND attnum > 0"
        " AND NOT attisdropped AND attname <> 'id' AND attgenerated = '' ORDER BY attnum"
    )
    return [name for (name,) in cursor.fetchall()]
