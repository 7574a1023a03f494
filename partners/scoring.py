"""The one statement that finds candidates and scores them, whichever side asks.

A pair is a request and a company profile. Which pairs are looked at: all of them while there are few companies (or
requests), else the nearest by meaning, those that fit by sector and market, and those that share rare words; of a
request's many companies the most promising (docs/decisions/0020). What each pair is worth: partners/weights.py. Python
gets codes and points, and only writes out the reasons.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg2.extensions import AsIs

from partners import weights
from partners.models import CompanyMeaning, CompanyProfile, PartnerRequest, RequestMeaning
from partners.models.requests import last_day_on_earth
from partners.scoring_pools import POOLS, WORDED_IN
from partners.scoring_sql import ANSWERING, IN_POOLS, KIN, STATEMENT, TITLE, VECTORS
from portal.search import meaning

#: So few companies (or open requests) are all compared; of more, only what the ways below bring.
FEW = 600
#: Of what they bring, so many are compared whole, or twice as many as are asked for; and of companies that are named
#: one by one.
COMPARED, COMPARED_OF_THESE = 300, 60
#: Companies that each way may bring in: the nearest of each text of a request; any that fit by sector and market, and
#: by goods too; any that use two rare words of its title together.
NEAREST, STRUCTURED, WORDED = 500, 500, 100
#: Of each sector so many are looked at for those that fit by market too.
TRIED = 2_000
#: Requests that each way may bring in for a company: by sector and market, and near to each of its texts.
FITTING = 250
#: Up to so many companies the indexes of criteria are read for every request.
CROWD = 300_000
#: Words that more companies use than this bring nobody by themselves.
USUAL = 2_000
#: How wide the index of vectors is searched; by a condition, in such portions until so many were looked at.
_NEAR = (
    ", set_config('hnsw.ef_search', '%d', true), set_config('hnsw.iterative_scan', 'relaxed_order', true),"
    " set_config('hnsw.max_scan_tuples', '5000', true)"
)
#: To compile the statement would take longer than to run it; and one plan is for everybody.
_PLANNED = "set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)"
_LANGUAGES = "ARRAY(SELECT DISTINCT r.language::text FROM partners_partnerrequest r WHERE r.id = ANY(%s))"
#: A share is one of the companies that write this language: the column is empty for all others.
_USUAL = """
SELECT word FROM (
    SELECT unnest(s.most_common_elems::text::text[]) AS word, unnest(s.most_common_elem_freqs) AS share,
        (1 - s.null_frac) * c.reltuples AS writing
    FROM pg_class c JOIN pg_stats s ON s.tablename = c.relname AND s.schemaname = c.relnamespace::regnamespace::text
    WHERE c.oid = 'partners_companyprofile'::regclass AND s.attname = %s) counted
WHERE word <> '' AND share * writing > %s"""
#: Of what a company has set aside, so many are looked at.
DISMISSALS = 500
#: What is another one in each question, with its type.
_VARYING = {"requests": "bigint[]", "profile": "bigint", "these": "bigint[]", "today": "date", "usual": "text"}
#: What takes part in a score; a bench leaves some out.
ALL = frozenset({"criteria", "meaning", "words"})
_BY_WAY = {"meaning": {"meaning", "deal", "wrong_side", "denied"}, "words": {"words"}}


@dataclass(frozen=True)
class Scored:
    """One pair: ``score`` from 0 to 1, and ``found`` with the codes that its reasons are made of."""

    request_id: int
    company_id: int
    profile_id: int
    score: float
    found: Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """Which pairs: of one request, of one ``profile``, or ``as_given``; ``among`` or ``these`` narrow the companies.

    ``among``: a question for profiles; ``these``: their keys, which costs no planning.
    ``named_only``: of companies' own requests only those that show their company count, for readers from outside.
    ``as_given``: exactly these pairs, also those that a hard no would leave out.
    """

    requests: Collection[int] = ()
    profile: int | None = None
    among: models.QuerySet[CompanyProfile] | None = None
    these: Collection[int] | None = None
    named_only: bool = True
    listed_only: bool = False
    as_given: bool = False
    limit: int = 20
    ways: Collection[str] = ALL
    few: int = FEW


def score(asked: Asked) -> list[Scored]:
    """Score the pairs, the best first; equal ones in a stable order."""
    try:
        among, parameters = _among(asked)
    except EmptyResultSet:
        return []
    has_vectors = _has_vectors()
    with transaction.atomic(), connection.cursor() as cursor:
        near = _NEAR % (100 if asked.profile else NEAREST) if has_vectors and asked.these is None else ""
        cursor.execute(f"SELECT {_LANGUAGES}, {_PLANNED}{near}", [list(asked.requests)])
        # Words bring companies that nobody named.
        languages = cursor.fetchone()[0] if asked.profile is None and asked.these is None else []
        sql = _written(asked, among, languages, has_vectors=has_vectors)
        if asked.among is None:
            _execute_prepared(cursor, sql, _parameters(asked, languages, has_vectors=has_vectors))
        else:
            cursor.execute(sql, _parameters(asked, languages, has_vectors=has_vectors) | parameters)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["all_of_them"] = json.loads(row["all_of_them"] or "[]")
    return [_scored(row) for row in rows]


def _execute_prepared(cursor: CursorWrapper, sql: str, parameters: Mapping[str, Any]) -> None:
    """Planning takes a sixth of the time of such a statement: it is done once on each connection.

    What varies from question to question stays open, all else is written in, limits above all: a planner that does
    not know them takes them for a tenth of the table.
    """
    places = {name: AsIs(f"${place}") for place, name in enumerate(_VARYING, start=1)}
    written = cursor.mogrify(sql, {**parameters, **places}).decode()
    name = f"scoring_{hashlib.md5(written.encode(), usedforsecurity=False).hexdigest()}"
    cursor.execute("SELECT 1 FROM pg_prepared_statements WHERE name = %s", [name])
    if cursor.fetchone() is None:
        cursor.execute(f"PREPARE {name} ({', '.join(_VARYING.values())}) AS {written}")
    values = ", ".join(f"%({name})s::{kind}" for name, kind in _VARYING.items())
    cursor.execute(f"EXECUTE {name} ({values})", parameters)


def _scored(row: dict[str, Any]) -> Scored:
    score = min(1.0, max(0.0, float(row["total"])))
    return Scored(row["request_id"], row["company_id"], row["profile_id"], score, row)


def _written(asked: Asked, among: str, languages: Collection[str], *, has_vectors: bool) -> str:
    kind = "companies" if asked.these is None else "these"
    kind = "given" if asked.as_given else "requests" if asked.profile is not None else kind
    vectors = VECTORS[has_vectors]
    near = {name: vectors[name].format(among=among) for name in IN_POOLS}
    worded = "".join(WORDED_IN[language].format(among=among) for language in languages)
    pool = POOLS[kind].format(among=among, worded=worded, **near)
    kin = KIN["of_companies" if kind == "requests" else "of_requests"]
    closeness = {name: sql for name, sql in vectors.items() if name not in near}
    return STATEMENT.format(pool=pool, title=TITLE, **ANSWERING, **kin, **closeness)


def _among(asked: Asked) -> tuple[str, dict[str, Any]]:
    """A condition on ``p.id``; the parameters of the compiled queryset get names of their own."""
    if asked.these is not None and asked.as_given:
        return "p.id = ANY(%(these)s)", {}
    if asked.among is None:
        return "TRUE", {}
    sql, values = asked.among.order_by().values_list("pk").query.sql_with_params()
    names = [f"among_{place}" for place in range(len(values))]
    return f"p.id IN ({sql % tuple(f'%({name})s' for name in names)})", dict(zip(names, values, strict=True))


@lru_cache(maxsize=16)
def usual_words(language: str, _day: date) -> str:
    """The words in this language that more than ``USUAL`` companies use, as the database counted them last. Asked for
    once a day and process: they change slowly."""
    with connection.cursor() as cursor:
        cursor.execute(_USUAL, [f"search_{language.replace('-', '_')}", USUAL])
        return " ".join(word for (word,) in cursor.fetchall())


def most_points() -> dict[str, float]:
    """What each criterion can give; they sum to 1, also where texts cannot be compared by meaning."""
    return _shares(_left_out(ALL, has_vectors=_has_vectors()))


def _has_vectors() -> bool:
    return meaning.is_ready(CompanyMeaning) and meaning.is_ready(RequestMeaning)


def _left_out(ways: Collection[str], *, has_vectors: bool) -> set[str]:
    taking_part = ways if has_vectors else set(ways) - {"meaning"}
    left_out = set().union(*(names for way, names in _BY_WAY.items() if way not in taking_part))
    if "criteria" not in taking_part:
        left_out |= weights.WEIGHTS.keys() - {"meaning", "deal", "words"}
        left_out |= weights.PENALTIES.keys() - {"wrong_side", "denied"}
    return left_out


def _shares(left_out: Collection[str]) -> dict[str, float]:
    rest = sum(value for name, value in weights.WEIGHTS.items() if name not in left_out)
    return {name: 0.0 if name in left_out else value / rest for name, value in weights.WEIGHTS.items()}


def _parameters(asked: Asked, languages: Collection[str], *, has_vectors: bool) -> dict[str, Any]:
    left_out = _left_out(asked.ways, has_vectors=has_vectors)
    answers = [(str(kind), str(other)) for kind, others in weights.COMPLEMENTS.items() for other in others]
    return {
        **{f"w_{name}": value for name, value in _shares(left_out).items()},
        **{f"p_{name}": 0.0 if name in left_out else value for name, value in weights.PENALTIES.items()},
        "partly": weights.PARTLY,
        "nothing": weights.NOTHING,
        "range": weights.EVERYTHING - weights.NOTHING,
        "unknown": weights.UNKNOWN,
        "preferred": weights.PREFERRED,
        "unconfirmed": weights.UNCONFIRMED,
        "asking": [kind for kind, _other in answers],
        "answering": [other for _kind, other in answers],
        "offers": [str(kind) for kind in PartnerRequest.OFFERS],
        "requests": list(asked.requests),
        "profile": asked.profile,
        "these": list(asked.these or ()),
        "named_only": asked.named_only,
        "listed_only": asked.listed_only,
        "today": last_day_on_earth(),
        "limit": asked.limit,
        "few": asked.few,
        "nearest": NEAREST,
        "fitting": FITTING,
        "compared": max(COMPARED if asked.these is None else COMPARED_OF_THESE, 2 * asked.limit),
        "structured": STRUCTURED,
        "tried": TRIED,
        "worded": WORDED,
        "crowd": CROWD,
        "usual": " ".join(usual_words(language, timezone.now().date()) for language in languages),
        "dismissals": DISMISSALS,
    }
