"""Which pairs are looked at: the candidates of a request, the requests of a company, or exactly those given."""

from partners.scoring_sql import OWN_WORDS

#: Two words of the title that stand together.
PAIRS = (
    "(SELECT string_agg('(' || quote_literal(word) || ' & ' || quote_literal(next) || ')', ' | ')::tsquery FROM (SELECT"  # noqa: S608
    " lexeme AS word, lead(lexeme) OVER (ORDER BY positions[1]) AS next FROM unnest(ts_filter("
    + OWN_WORDS
    + ", '{a}'))) pair WHERE next IS NOT NULL AND length(word) > 1 AND length(next) > 1"
    " AND word || next !~ E'[\\\\\\']')"
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
_GONE = """
gone AS MATERIALIZED (
    SELECT d.request_id, d.company_id FROM partners_dismissal d WHERE {those}
    UNION SELECT e.request_id, e.company_id FROM partners_expressionofinterest e
        WHERE e.status = 'declined' AND {those_declined}
)"""
_WORDED = """
    UNION (SELECT p.id FROM wanted w JOIN partners_companyprofile p ON p.search_{column} @@ w.words
            AND w.language = '{language}'
        WHERE (SELECT count(*) FROM few) > %(few)s AND {{among}} LIMIT %(worded)s)"""
_WORDED_IN_EACH = "".join(
    _WORDED.format(column=code.replace("-", "_"), language=code) for code in ("en", "es", "fr", "zh-hant")
)

POOLS = {
    # Exactly these.
    "given": """
kept AS MATERIALIZED (
    SELECT r.id AS request_id, p.id AS profile_id FROM partners_partnerrequest r CROSS JOIN partners_companyprofile p
    WHERE r.id = ANY(%(requests)s) AND (%(profile)s::bigint IS NULL OR p.id = %(profile)s::bigint) AND {among}
)""",
    # The companies for a request.
    "companies": """
few AS MATERIALIZED (SELECT p.id FROM partners_companyprofile p WHERE {among} LIMIT %(few)s + 1),
wanted AS MATERIALIZED (
    SELECT r.id, r.company_id, r.type, firm.economy_id AS home, r.hs_chapters, r.language, {pairs} AS words,
        ARRAY(SELECT 'sector:' || s.slug FROM partners_partnerrequest_sectors t
            JOIN reference_sector s ON s.id = t.sector_id WHERE t.partnerrequest_id = r.id)::varchar[] AS sectors,
        coalesce(nullif(ARRAY(SELECT 'market:' || t.economy_id FROM partners_partnerrequest_target_economies t
            WHERE t.partnerrequest_id = r.id), '{{}}'),
                ARRAY['market:US', 'market:TW', 'market:CA', 'market:MX'])::varchar[]
            AS markets,
        """  # noqa: S608
    + _SHUT
    + """
    FROM partners_partnerrequest r JOIN accounts_organization firm ON firm.id = r.company_id
        LEFT JOIN partners_companyprofile own ON own.organization_id = r.company_id
    WHERE r.id = ANY(%(requests)s) AND r.status <> 'closed' AND r.status <> 'expired'
        AND (r.closes_on IS NULL OR r.closes_on >= %(today)s)
),"""
    + _GONE.format(those="d.request_id = ANY(%(requests)s)", those_declined="e.request_id = ANY(%(requests)s)")
    + """,
-- "IS TRUE": half of all companies serve a market, too many to be brought from the index for a few.
brought AS MATERIALIZED (
    SELECT id FROM few WHERE (SELECT count(*) FROM few) <= %(few)s
    UNION (SELECT p.id FROM wanted w JOIN partners_companyprofile p ON p.is_listed AND p.facets && w.sectors
        AND p.hs_chapters && w.hs_chapters AND (p.facets && w.markets) IS TRUE
        WHERE (SELECT count(*) FROM few) > %(few)s AND {among} LIMIT %(structured)s)
    UNION (SELECT p.id FROM wanted w JOIN partners_companyprofile p ON p.is_listed AND p.facets && w.sectors
        AND (p.facets && w.markets) IS TRUE
        WHERE (SELECT count(*) FROM few) > %(few)s AND {among} LIMIT %(structured)s)"""
    + _WORDED_IN_EACH
    + """
    {near_companies}
),
kept AS MATERIALIZED (
    SELECT r.id AS request_id, p.id AS profile_id
    FROM brought CROSS JOIN LATERAL (SELECT p.*, o.economy_id AS home FROM partners_companyprofile p
            JOIN accounts_organization o ON o.id = p.organization_id WHERE p.id = brought.id AND {among} LIMIT 1) p
        JOIN wanted r ON"""
    + _HARD_NO
    + """
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
        ORDER BY r.published_at DESC LIMIT %(structured)s)
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
