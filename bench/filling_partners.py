"""Fills the portal with as many synthetic companies and open requests as asked for: deterministic, at SQL speed.

A company has the text, the sectors, the goods, what it is and how much it makes of one real company, the economy and
the markets of a second, the certificates, languages, size and ownership of a third, and a number ("lot77") that one in
two thousand shares. A request is put together in the same way. Their vectors stand around the middle of their sector:
each sector has forty trades, and a trade's companies and requests are near each other, some nearer than others.
"""

import io
import os
from collections.abc import Iterable, Iterator

import numpy as np
from django.db import connection, transaction
from django.db.models import Model
from filling import _drop_indexes

from partners import facets, freshening
from partners.models import CompanyMeaning, CompanyProfile, PartnerRequest, RequestMeaning
from portal.accounts.models import Organization
from portal.reference.loading import progress
from portal.reference.models import Sector
from portal.search import semantic
from portal.search.meaning import DIMENSIONS

#: Kinds of business in a sector, and how far they are from its middle.
TRADES, APART = 40, 0.9
#: How far a company or a request is from the middle of its trade: from, to.
NEAR, FAR = 0.4, 1.2
#: How far what it offers, or seeks, is from all that it says.
ASIDE = 0.3
RARE, AT_ONCE = 2_000, 20_000
OFFERS, SEEKS, WHOLE = 0, 1, 2
_VECTOR = np.dtype([("d", ">i2"), ("z", ">i2"), ("v", ">f2", DIMENSIONS)])
#: As PostgreSQL's binary COPY has a row of (number, part, vector).
_ROW = np.dtype(
    [("n", ">i2"), ("l0", ">i4"), ("g", ">i4"), ("l1", ">i4"), ("part", ">i2"), ("l2", ">i4"), ("vector", _VECTOR)]
)
_HEAD, _END = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8, b"\xff\xff"

_REAL_COMPANIES = """
CREATE TEMP TABLE real_company AS SELECT row_number() OVER (ORDER BY p.id) - 1 AS n, o.economy_id, p.*,
    (SELECT min(t.sector_id) FROM partners_companyprofile_sectors t WHERE t.companyprofile_id = p.id) AS sector_id
FROM partners_companyprofile p JOIN accounts_organization o ON o.id = p.organization_id
WHERE p.is_listed AND p.text_digest <> '' ORDER BY p.id"""
_REAL_REQUESTS = """
CREATE TEMP TABLE real_request AS SELECT row_number() OVER (ORDER BY r.id) - 1 AS n, r.*,
    (SELECT t.sector_id FROM partners_partnerrequest_sectors t WHERE t.partnerrequest_id = r.id
        ORDER BY t.sector_id IN (SELECT sector_id FROM real_company) DESC, t.sector_id LIMIT 1) AS sector_id
FROM partners_partnerrequest r WHERE r.status = 'published' AND r.type NOT LIKE 'mentorship%' ORDER BY r.id"""
#: ``a`` gives what it does, ``b`` where it is, ``c`` what it holds.
_COMPANY_PARTS = """
FROM generate_series(1, {count}) g JOIN real_company a ON a.n = g % {real}
JOIN real_company b ON b.n = g / {real} % {real} JOIN real_company c ON c.n = (g + g / 7) % {real}"""
_REQUEST_PARTS = """
FROM generate_series(1, {count}) g JOIN real_request a ON a.n = g % {real}
JOIN real_request b ON b.n = g / {real} % {real}"""


def fill(companies: int, requests: int) -> None:
    """Add so many listed companies and open requests, read, with vectors, indexed and analysed."""
    freshening.read_companies(list(freshening.unread_companies()))
    freshening.read_requests(list(freshening.unread_requests()))
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '4GB'")
        cursor.execute(f"SET max_parallel_maintenance_workers = {os.cpu_count() or 1}")
        cursor.execute(_REAL_COMPANIES)
        cursor.execute(_REAL_REQUESTS)
        indexes = [
            definition
            for model in (Organization, CompanyProfile, PartnerRequest, CompanyMeaning, RequestMeaning)
            for definition in _drop_indexes(cursor, model._meta.db_table)
        ]
        trades = _trades()
        _fill_companies(cursor, companies, trades)
        _fill_requests(cursor, requests, companies, trades)
        for model in (CompanyProfile, PartnerRequest):
            facets.keep_all(model)
        for definition in progress("Indexes", indexes):
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")
    assert not freshening.unread_companies().exists()
    assert not freshening.unread_requests().exists()


def _fill_companies(cursor, count: int, trades: dict[int, np.ndarray]) -> None:
    real, last, last_firm = _size(cursor, "real_company"), _last(cursor, CompanyProfile), _last(cursor, Organization)
    parts = _COMPANY_PARTS.format(count=count, real=real)
    _insert(
        cursor,
        Organization,
        {
            "id": f"{last_firm} + g",
            "slug": "'bench-' || g",
            "economy_id": "b.economy_id",
            **{f"name_{code}": "'Company ' || g" for code in ("en", "es", "fr", "zh_hant")},
            "name": "'Company ' || g",
        },
        f"{parts} JOIN accounts_organization o ON o.id = a.organization_id",
        "o",
    )
    text = f"a.capabilities || ' lot' || g % {RARE}"
    lot = f"setweight(to_tsvector('simple', 'lot' || g % {RARE}), 'C')"
    own = dict.fromkeys(("markets",), "b") | dict.fromkeys(
        ("certifications", "languages", "size", "ownership_tags"), "c"
    )
    made = {name: f"{table}.{name}" for name, table in own.items()} | {
        "id": f"{last} + g",
        "organization_id": f"{last_firm} + g",
        "contact_id": "NULL",
        "capabilities": text,
        "changed_at": "now() - g * interval '1 second'",
        "read_of": f"md5(concat(a.language, E'\\n', {text}, E'\\n', a.seeks))",
        "match_is_due": "false",
        "facets": "'{}'",
        **{f"search_{code}": f"a.search_{code} || {lot}" for code in ("en", "es", "fr", "zh_hant")},
    }
    _insert(cursor, CompanyProfile, made, parts, "a")
    cursor.execute(
        f"INSERT INTO partners_companyprofile_sectors (companyprofile_id, sector_id) SELECT {last} + g, s.sector_id"
        f" {parts} JOIN partners_companyprofile_sectors s ON s.companyprofile_id = a.id"
    )
    cursor.execute(
        "INSERT INTO partners_profilereading (profile_id, certificates, languages, sizes, ownership, markets, refuses,"
        f" lacks, roles, wants) SELECT {last} + g, q.certificates, q.languages, q.sizes, q.ownership, q.markets,"
        f" '{{}}', '{{}}', r.roles, r.wants {parts} JOIN partners_profilereading r ON r.profile_id = a.id"
        " JOIN partners_profilereading q ON q.profile_id = c.id"
    )
    cursor.execute(
        "INSERT INTO partners_capacity (profile_id, unit, amount, is_confirmed)"
        f" SELECT {last} + g, q.unit, q.amount * (1 + g % 5) / 3, false {parts}"
        " JOIN partners_capacity q ON q.profile_id = a.id"
    )
    cursor.execute("SELECT sector_id, seeks <> '' FROM real_company ORDER BY n")
    kinds = cursor.fetchall()
    rows = _vectors(count, [sector for sector, _seeks in kinds], trades, seed=1)
    every = [{OFFERS, WHOLE} | ({SEEKS} if seeks else set()) for _sector, seeks in kinds]
    _write_vectors(cursor, CompanyMeaning, rows, every, last)


def _fill_requests(cursor, count: int, companies: int, trades: dict[int, np.ndarray]) -> None:
    real, last, last_firm = _size(cursor, "real_request"), _last(cursor, PartnerRequest), _last(cursor, Organization)
    first_firm = last_firm - companies
    parts = _REQUEST_PARTS.format(count=count, real=real)
    title, text = f"a.title || ' lot' || g % {RARE}", "a.description"
    lot = f"setweight(to_tsvector('simple', 'lot' || g % {RARE}), 'A')"
    made = {
        "id": f"{last} + g",
        "slug": "'bench-' || g",
        "company_id": f"{first_firm} + 1 + g * 7 % {companies}",
        "posted_by_id": "NULL",
        "cluster_id": "NULL",
        "title": title,
        "published_at": "now() - g * interval '1 minute'",
        "closes_on": "current_date + 2 + g % 90",
        "read_of": f"md5(concat(a.language, E'\\n', {title}, E'\\n', a.teaser, E'\\n', {text}, E'\\n', a.type))",
        "match_is_due": "false",
        "facets": "'{}'",
        **{f"search_{code}": f"a.search_{code} || {lot}" for code in ("en", "es", "fr", "zh_hant")},
    }
    _insert(cursor, PartnerRequest, made, parts, "a")
    for table, column, source in (
        ("partners_partnerrequest_sectors", "sector_id", "a"),
        ("partners_partnerrequest_target_economies", "economy_id", "b"),
    ):
        cursor.execute(
            f"INSERT INTO {table} (partnerrequest_id, {column}) SELECT {last} + g, s.{column}"
            f" {parts} JOIN {table} s ON s.partnerrequest_id = {source}.id"
        )
    cursor.execute(
        "INSERT INTO partners_requestreading (request_id, roles, wants)"
        f" SELECT {last} + g, r.roles, r.wants {parts} JOIN partners_requestreading r ON r.request_id = a.id"
    )
    cursor.execute(
        "INSERT INTO partners_condition (request_id, kind, value, amount, is_required, is_confirmed)"
        f" SELECT {last} + g, k.kind, k.value, k.amount, k.is_required, g % 2 = 0 {parts}"
        " JOIN partners_condition k ON k.request_id = a.id"
    )
    cursor.execute("SELECT sector_id, type FROM real_request ORDER BY n")
    kinds = cursor.fetchall()
    rows = _vectors(count, [sector for sector, _type in kinds], trades, seed=2)
    every = [{WHOLE, OFFERS if kind in PartnerRequest.OFFERS else SEEKS} for _sector, kind in kinds]
    _write_vectors(cursor, RequestMeaning, rows, every, last)


def _insert(cursor, model: type[Model], made: dict[str, str], parts: str, copied: str) -> None:
    """Rows with what ``made`` says, the rest as in ``copied``; numbered rows leave their sequence behind them."""
    table = model._meta.db_table
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    columns = [name for (name,) in cursor.fetchall()]
    values = ", ".join(made.get(name, f"{copied}.{name}") for name in columns)
    cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} {parts}")
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608


# --- Vectors ------------------------------------------------------------------------------------


def _trades() -> dict[int, np.ndarray]:
    """Of each sector the middles of its trades, around the vector of its name."""
    sectors = list(Sector.objects.order_by("pk"))
    middles = semantic.encode([str(sector.label) for sector in sectors])
    chance = np.random.default_rng(0)
    return {
        sector.pk: _moved(np.repeat(middle[None], TRADES, axis=0), APART, chance)
        for sector, middle in zip(sectors, middles, strict=True)
    }


def _vectors(count: int, sectors: list[int], trades: dict[int, np.ndarray], *, seed: int) -> Iterator[tuple]:
    """(numbers, vectors of all it says, vectors of one side of it), many at once."""
    table = np.stack([trades[sector] for sector in sectors])
    chance = np.random.default_rng(seed)
    starts = range(1, count + 1, AT_ONCE)
    for start in progress("Vectors", starts):
        numbers = np.arange(start, min(start + AT_ONCE, count + 1))
        middles = table[numbers % len(sectors), numbers // len(sectors) * 7 % TRADES]
        whole = _moved(middles, chance.uniform(NEAR, FAR, len(numbers)).astype(np.float32)[:, None], chance)
        yield numbers, whole, _moved(whole, ASIDE, chance)


def _moved(vectors: np.ndarray, how_far, chance: np.random.Generator) -> np.ndarray:
    noise = chance.standard_normal(vectors.shape, dtype=np.float32)
    noise *= how_far / np.linalg.norm(noise, axis=1, keepdims=True)
    noise += vectors
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    return noise


def _write_vectors(cursor, model: type[Model], rows, every: list[set[int]], last: int) -> None:
    """The parts that each row has: all it says, and its sides."""
    with transaction.atomic():
        cursor.execute("CREATE TEMP TABLE vec (g int, part smallint, vector halfvec(512)) ON COMMIT DROP")
        written = io.BufferedReader(_Pieces(_written(rows, every)), 1 << 20)
        cursor.copy_expert("COPY vec FROM STDIN WITH (FORMAT BINARY)", written, 1 << 20)
        owner = model._meta.get_field(model.OWNER)
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({owner.column}, language, part, vector, digest, indexed)"  # noqa: S608
            f" SELECT p.id, p.language, vec.part, vec.vector, 'bench', '1-' || p.text_digest FROM vec"
            f" JOIN {owner.related_model._meta.db_table} p ON p.id = {last} + vec.g"
        )


def _written(rows, every: list[set[int]]) -> Iterator[bytes]:
    yield _HEAD
    for numbers, whole, side in rows:
        for part, vectors in ((OFFERS, side), (SEEKS, side), (WHOLE, whole)):
            has = np.array([part in every[number % len(every)] for number in numbers])
            yield _packed(numbers[has], part, vectors[has])
    yield _END


class _Pieces(io.RawIOBase):
    """Bytes that are made as they are read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces, self.rest = iter(pieces), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self.rest:
            piece = next(self.pieces, None)
            if piece is None:
                return 0
            self.rest = memoryview(piece)
        size = min(len(buffer), len(self.rest))
        buffer[:size], self.rest = self.rest[:size], self.rest[size:]
        return size


def _packed(numbers: np.ndarray, part: int, vectors: np.ndarray) -> bytes:
    rows = np.empty(len(numbers), dtype=_ROW)
    rows["n"], rows["l0"], rows["l1"], rows["l2"] = 3, 4, 2, _VECTOR.itemsize
    rows["g"], rows["part"] = numbers, part
    rows["vector"]["d"], rows["vector"]["z"], rows["vector"]["v"] = DIMENSIONS, 0, vectors
    return rows.tobytes()


def _size(cursor, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
    return cursor.fetchone()[0]


def _last(cursor, model: type[Model]) -> int:
    cursor.execute(f"SELECT coalesce(max(id), 0) FROM {model._meta.db_table}")  # noqa: S608
    return cursor.fetchone()[0]
