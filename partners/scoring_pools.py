"""Which pairs are looked at: the candidates of a request, the requests of a company, or exactly those given."""

from partners.scoring_sql import OWN_WORDS

#: Two words of the title that stand together, each pair by itself: of several in one question the index reads all
#: lists whole. Two usual ones would bring any hundred of thousands.
_PAIRS = (
    "ARRAY(SELECT (quote_literal(word) || ' & ' || quote_literal(next))::tsquery FROM (SELECT"  # noqa: S608
    " lexeme AS word, lead(lexeme) OVER (ORDER BY positions[1]) AS next FROM unnest(ts_filter("
    + OWN_WORDS
    + ", '{{a}}'))) pair WHERE next IS NOT NULL AND length(word) > 1 AND length(next) > 1"
    " AND word || next !~ E'[\\\\\\']' AND NOT ARRAY[word, next] <@ string_to_array(%(usual)s, ' '))"
)

#: Nobody is shown what can never be: one's own, what one has declined or dismissed, and economies that either side
#: has declared out of the question. Of a request ``r``, its company's profile ``own``, a profile ``p`` and its firm.
_SHUT = """coalesce(own.excluded_economies, ARRAY[]::varchar[])::text[] || ARRAY(
            SELECT economy FROM partners_condition k CROSS JOIN unnest(string_to_array(k.value, ' | ')) economy
            WHERE k.request_id = r.id AND k.kind = 'excluded' AND k.is_confirmed AND k.is_required) AS shut"""
_HARD_NO = """
    p.organization_id <> r.company_id
    AND NOT EXISTS (SELECT FROM gone WHERE gone.request_id = r.id AND gone.company_id = p.organization_id)
    AND NOT (r.home = ANY(p.excluded_economies)) AND NOT (p.home = ANY(r.shut))
    AND (p.is_listed OR (p.text_digest <> '' AND NOT %(listed_only)s))
    AND (r.type <> 'mentorship_request' OR NOT EXISTS (SELECT FROM partners_partnerrequest m
        WHERE m.company_id = p.organization_id AND m.type = 'mentorship_offer' AND m.status = 'published'
        AND m.paused_at IS NOT NULL))"""
#: The points for closeness.
_CLOSE = """(%(w_meaning)s + %(w_deal)s) * least(1, greatest(0, (coalesce({near}, 0) - %(nothing)s) / %(range)s))"""
#: Of each company in question what it is worth by what is quickly seen: one row holds nearly all of it.
_RATED = (
    """
    SELECT r.id AS request_id, p.id AS profile_id, """  # noqa: S608 -- our own names
    + _CLOSE
    + """
        + CASE WHEN p.facets && r.sectors THEN %(w_sector)s ELSE 0 END
        + CASE WHEN p.hs_chapters && r.hs_chapters THEN %(w_hs)s ELSE 0 END
        + CASE WHEN p.home = ANY(r.targets) THEN %(w_economy)s
            WHEN p.facets && r.markets THEN %(w_economy)s * %(partly)s ELSE 0 END
        + CASE WHEN p.facets && r.origin THEN %(w_back)s ELSE 0 END
        + CASE WHEN p.facets && r.tongue THEN %(w_language)s ELSE 0 END
        + CASE WHEN p.roles && r.wants THEN %(w_role)s
            WHEN p.roles <> '{{{{}}}}' AND r.wants <> '{{{{}}}}' THEN -%(p_role)s ELSE 0 END AS worth
    FROM {ids} CROSS JOIN LATERAL (SELECT p.id, p.organization_id, p.excluded_economies, p.is_listed, p.text_digest,
            p.facets, p.hs_chapters, p.language, o.economy_id AS home, read.roles
            FROM partners_companyprofile p JOIN accounts_organization o ON o.id = p.organization_id
            LEFT JOIN partners_profilereading read ON read.profile_id = p.id
            WHERE p.id = {ids}.id AND {{among}} LIMIT 1) p
        JOIN wanted r ON"""
    + _HARD_NO
)
_GONE = """
gone AS MATERIALIZED (
    SELECT d.request_id, d.company_id FROM partners_dismissal d WHERE {those}
    UNION SELECT e.request_id, e.company_id FROM partners_expressionofinterest e
        WHERE e.status = 'declined' AND {those_declined}
)"""
#: The request, and what of it is compared at a glance; and who is out of the question for it.
_WANTED = (
    """
wanted AS MATERIALIZED (
    SELECT r.id, r.company_id, r.type, firm.economy_id AS home, r.hs_chapters, r.language, """  # noqa: S608 -- our own names
    + _PAIRS
    + """ AS words,
        ARRAY(SELECT 'sector:' || s.slug FROM partners_partnerrequest_sectors t
            JOIN reference_sector s ON s.id = t.sector_id WHERE t.partnerrequest_id = r.id)::varchar[] AS sectors,
        ARRAY(SELECT s.id FROM partners_partnerrequest_sectors t JOIN reference_sector s
            ON t.sector_id IN (s.id, s.parent_id) WHERE t.partnerrequest_id = r.id) AS trades,
        coalesce(nullif(ARRAY(SELECT 'market:' || t.economy_id FROM partners_partnerrequest_target_economies t
            WHERE t.partnerrequest_id = r.id), '{{}}'),
                ARRAY['market:US', 'market:TW', 'market:CA', 'market:MX'])::varchar[]
            AS markets,
        ARRAY(SELECT t.economy_id FROM partners_partnerrequest_target_economies t WHERE t.partnerrequest_id = r.id)
            AS targets,
        ARRAY['market:' || firm.economy_id]::varchar[] AS origin, ARRAY['language:' || r.language]::varchar[] AS tongue,
        coalesce(read.wants, '{{}}') AS wants{wanted_vector},
        """
    + _SHUT
    + """
    FROM partners_partnerrequest r JOIN accounts_organization firm ON firm.id = r.company_id
        LEFT JOIN partners_companyprofile own ON own.organization_id = r.company_id
        LEFT JOIN partners_requestreading read ON read.request_id = r.id
    WHERE r.id = ANY(%(requests)s) AND r.status <> 'closed' AND r.status <> 'expired'
        AND (r.closes_on IS NULL OR r.closes_on >= %(today)s)
),"""
    + _GONE.format(those="d.request_id = ANY(%(requests)s)", those_declined="e.request_id = ANY(%(requests)s)")
)
_WORDED = """
    UNION (SELECT p.id FROM wanted w CROSS JOIN unnest(w.words) pair CROSS JOIN LATERAL (
            SELECT p.id FROM partners_companyprofile p WHERE p.search_{column} @@ pair AND {{among}}
            LIMIT %(worded)s) p
        WHERE w.language = '{language}' AND (SELECT are_many FROM ways) LIMIT %(worded)s)"""
WORDED_IN = {
    code: _WORDED.format(column=code.replace("-", "_"), language=code) for code in ("en", "es", "fr", "zh-hant")
}

POOLS = {
    # Exactly these.
    "given": """
kept AS MATERIALIZED (
    SELECT r.id AS request_id, p.id AS profile_id FROM partners_partnerrequest r CROSS JOIN partners_companyprofile p
    WHERE r.id = ANY(%(requests)s) AND {among}
)""",
    # The companies for a request.
    "companies": """
few AS MATERIALIZED (SELECT p.id FROM partners_companyprofile p WHERE {among} LIMIT %(few)s + 1),
"""  # noqa: S608
    + _WANTED
    + """,
-- The nearest by meaning, of each of its texts.
walked AS MATERIALIZED ({near_companies}),
met AS MATERIALIZED (SELECT id, max(near) FILTER (WHERE speaks_for) AS near FROM walked GROUP BY id),
rated AS MATERIALIZED ("""
    + _RATED.format(ids="met", near="coalesce(met.near, {near_other})")
    + """),
-- Who fits is brought by its goods too while the indexes of criteria are short; of more, by sector and market alone,
-- of each sector in turns, and only where somebody not met may well be among the best: none of its texts is nearer
-- than the last that was met.
ways AS MATERIALIZED (
    SELECT are_many,
        are_many AND (SELECT reltuples FROM pg_class WHERE oid = 'partners_companyprofile'::regclass) < %(crowd)s
            AS by_goods,
        are_many AND coalesce((SELECT worth FROM rated ORDER BY worth DESC OFFSET %(limit)s - 1 LIMIT 1), 0)
            < %(w_sector)s + %(w_hs)s + %(w_economy)s + %(w_back)s + %(w_language)s + %(w_role)s
            + """
    + _CLOSE.format(near="(SELECT max(last) FROM (SELECT min(near) AS last FROM walked GROUP BY of_request) texts)")
    + """ AS by_market
    FROM (SELECT count(*) > %(few)s AS are_many FROM few) counted
),
-- "IS TRUE": half of all companies serve a market, too many to be brought from the index for a few.
others AS MATERIALIZED (
    SELECT id FROM few WHERE NOT (SELECT are_many FROM ways)
    UNION (SELECT p.id FROM wanted w JOIN partners_companyprofile p ON p.is_listed AND p.facets && w.sectors
        AND p.hs_chapters && w.hs_chapters AND (p.facets && w.markets) IS TRUE
        WHERE (SELECT by_goods FROM ways) AND {among} LIMIT %(structured)s)
    UNION (SELECT p.id FROM wanted w CROSS JOIN LATERAL (
            SELECT firm.id FROM unnest(w.trades) trade CROSS JOIN LATERAL (
                SELECT t.companyprofile_id AS id, row_number() OVER () AS place
                FROM partners_companyprofile_sectors t WHERE t.sector_id = trade LIMIT %(tried)s) firm
            ORDER BY firm.place) tried
        CROSS JOIN LATERAL (SELECT p.id FROM partners_companyprofile p WHERE p.id = tried.id AND p.is_listed
            AND p.facets && w.markets AND {among} LIMIT 1) p
        WHERE (SELECT by_goods OR by_market FROM ways) LIMIT %(structured)s)
    {worded}
    EXCEPT SELECT id FROM met
),
-- Of many, those are compared whole that have the most of what is quickly seen.
kept AS MATERIALIZED (
    SELECT request_id, profile_id FROM (SELECT * FROM rated UNION ALL ("""
    + _RATED.format(ids="others", near="CASE WHEN (SELECT are_many FROM ways) THEN {near_other} END")
    + """)) every_one ORDER BY worth DESC, profile_id
    LIMIT CASE WHEN (SELECT count(*) FROM few) > %(few)s THEN %(compared)s END
)""",
    # The best of these companies for a request.
    "these": """
few AS MATERIALIZED (SELECT DISTINCT id FROM unnest(%(these)s::bigint[]) id),
"""  # noqa: S608
    + _WANTED
    + """,
kept AS MATERIALIZED (
    SELECT request_id, profile_id FROM ("""
    + _RATED.format(ids="few", near="{near_other}")
    + """) every_one ORDER BY worth DESC, profile_id LIMIT %(compared)s
)""",
    # The open requests for a company.
    "requests": """
few AS MATERIALIZED (SELECT r.id FROM partners_partnerrequest r WHERE r.status = 'published' AND r.hidden_at IS NULL
    AND r.closes_on >= %(today)s LIMIT %(few)s + 1),
had AS MATERIALIZED (
    SELECT p.id, p.organization_id, p.excluded_economies, p.is_listed, p.text_digest, o.economy_id AS home,
        ARRAY(SELECT 'sector:' || s.slug FROM partners_companyprofile_sectors t
            JOIN reference_sector s ON s.id = t.sector_id WHERE t.companyprofile_id = p.id)::varchar[] AS sectors,
        ARRAY(SELECT 'target:' || e
            FROM unnest(o.economy_id || p.markets || ARRAY['*']::varchar[]) e)::varchar[] AS targets
    FROM partners_companyprofile p JOIN accounts_organization o ON o.id = p.organization_id
    WHERE p.id = %(profile)s::bigint AND {among}
),"""  # noqa: S608
    + _GONE.format(
        those="d.company_id IN (SELECT organization_id FROM had)",
        those_declined="e.company_id IN (SELECT organization_id FROM had)",
    )
    + """,
brought AS MATERIALIZED (
    SELECT id FROM few WHERE (SELECT count(*) FROM few) <= %(few)s
    UNION (SELECT r.id FROM had h JOIN partners_partnerrequest r ON r.status = 'published' AND r.facets && h.sectors
        AND r.facets && h.targets WHERE (SELECT count(*) FROM few) > %(few)s
        ORDER BY r.published_at DESC LIMIT %(fitting)s)
    {near_requests}
),
kept AS MATERIALIZED (
    SELECT r.id AS request_id, p.id AS profile_id
    FROM brought CROSS JOIN LATERAL (SELECT r.id, r.company_id, r.type, firm.economy_id AS home,
        """
    + _SHUT
    + """
            FROM partners_partnerrequest r JOIN accounts_organization firm ON firm.id = r.company_id
                LEFT JOIN partners_companyprofile own ON own.organization_id = r.company_id
            WHERE r.id = brought.id AND r.status = 'published' AND r.hidden_at IS NULL AND r.closes_on >= %(today)s
                AND (r.type <> 'mentorship_offer' OR r.paused_at IS NULL) LIMIT 1) r
        JOIN had p ON"""
    + _HARD_NO
    + """
)""",
}
