"""The SQL of partners/scoring.py. Its parameters come from there; what stands in braces is put in there too."""

OWN_WORDS = """CASE r.language WHEN 'en' THEN r.search_en WHEN 'es' THEN r.search_es WHEN 'fr' THEN r.search_fr
            ELSE r.search_zh_hant END"""
#: The words of the title and the teaser, any of them; single Chinese characters and quotes are none.
TITLE = (
    "(SELECT string_agg(quote_literal(word), ' | ')::tsquery FROM unnest(tsvector_to_array(ts_filter("  # noqa: S608
    + OWN_WORDS
    + ", '{a,b}'))) word WHERE length(word) > 1 AND word !~ E'[\\\\\\']')"
)
#: The pairs, in a way that the planner takes them for a thousand whatever made them: for few it would compare each row
#: with each other one, for very many it would read whole tables.
_CHOSEN = """
every AS MATERIALIZED (SELECT array_agg(request_id) AS requests, array_agg(profile_id) AS profiles FROM kept),
chosen AS MATERIALIZED (
    SELECT requests[place] AS request_id, profiles[place] AS profile_id
    FROM every CROSS JOIN generate_series(1, cardinality(requests)) place
)"""
#: Both sides of a pair, each row once, with arrays of what is compared. Each row is looked up by its key ("LIMIT 1"
#: keeps the planner from reading whole tables, whose rows are many more than those in question).
_ASK = """
ask AS MATERIALIZED (
    SELECT one.* FROM (SELECT DISTINCT request_id FROM chosen) c CROSS JOIN LATERAL (
    SELECT r.id, r.type::text, r.language::text, r.company_id, r.hs_codes::text[], r.closes_on,
        firm.economy_id::text AS home,
        ARRAY(SELECT t.economy_id::text FROM partners_partnerrequest_target_economies t
            WHERE t.partnerrequest_id = r.id)
            AS targets,
        ARRAY(SELECT t.sector_id FROM partners_partnerrequest_sectors t WHERE t.partnerrequest_id = r.id) AS sectors,
        {ask_kin} AS kin,
        r.language::text || coalesce(own.languages, ARRAY[]::varchar[])::text[] AS tongues,
        coalesce(said.refuses, ARRAY[]::varchar[])::text[] AS refuses,
        coalesce(read.roles, ARRAY[]::varchar[])::text[] AS roles,
        coalesce(read.wants, ARRAY[]::varchar[])::text[] AS wants,
        ARRAY(SELECT given.answer FROM unnest(%(asking)s::text[], %(answering)s::text[]) AS given(kind, answer)
            WHERE given.kind = r.type) AS answers
        {ask_vectors}
    FROM partners_partnerrequest r
    JOIN accounts_organization firm ON firm.id = r.company_id
    LEFT JOIN partners_companyprofile own ON own.organization_id = r.company_id
    LEFT JOIN partners_profilereading said ON said.profile_id = own.id
    LEFT JOIN partners_requestreading read ON read.request_id = r.id
    WHERE r.id = c.request_id LIMIT 1) one
)"""
_HOLD = """
hold AS MATERIALIZED (
    SELECT one.* FROM (SELECT DISTINCT profile_id FROM chosen) c CROSS JOIN LATERAL (
    SELECT p.id, p.organization_id, o.economy_id::text AS home, p.size::text, p.hs_codes::text[], p.markets::text[],
        p.wanted_types::text[], p.languages::text[] AS spoken,
        p.language::text || p.languages::text[] || coalesce(read.languages, ARRAY[]::varchar[])::text[] AS tongues,
        (p.ownership_tags || coalesce(read.ownership, ARRAY[]::varchar[]))::text[] AS ownership,
        coalesce(read.certificates, p.certifications)::text[] AS certificates,
        coalesce(read.sizes, ARRAY[]::varchar[])::text[] AS sizes,
        coalesce(read.markets, ARRAY[]::varchar[])::text[] AS served,
        coalesce(read.refuses, ARRAY[]::varchar[])::text[] AS refuses,
        coalesce(read.lacks, ARRAY[]::varchar[])::text[] AS lacks,
        coalesce(read.roles, ARRAY[]::varchar[])::text[] AS roles,
        ARRAY(SELECT t.sector_id FROM partners_companyprofile_sectors t WHERE t.companyprofile_id = p.id) AS sectors,
        {hold_kin} AS kin,
        coalesce(CASE WHEN %(named_only)s THEN open.shown ELSE open.types END, ARRAY[]::text[]) AS own_types,
        coalesce(open.shown, ARRAY[]::text[]) AS shown_types
        {hold_vectors}
    FROM partners_companyprofile p
    JOIN accounts_organization o ON o.id = p.organization_id
    LEFT JOIN partners_profilereading read ON read.profile_id = p.id
    CROSS JOIN LATERAL (SELECT array_agg(own.type::text) AS types,
            array_agg(own.type::text) FILTER (WHERE own.shows_company) AS shown
        FROM partners_partnerrequest own WHERE own.company_id = p.organization_id AND own.status = 'published'
            AND own.hidden_at IS NULL AND own.closes_on >= %(today)s) open
    WHERE p.id = c.profile_id LIMIT 1) one
)"""
#: All sectors under the same wider ones as these. Only the side with few rows has it, and is compared by it.
_KIN = """ARRAY(SELECT kin.id FROM reference_sector kin WHERE coalesce(kin.parent_id, kin.id) IN (
            SELECT coalesce(s.parent_id, s.id) FROM {through} t JOIN reference_sector s ON s.id = t.sector_id
            WHERE t.{row}_id = {id}))"""
_NO_KIN = "NULL::bigint[]"
KIN = {
    "of_requests": {
        "ask_kin": _KIN.format(through="partners_partnerrequest_sectors", row="partnerrequest", id="r.id"),
        "hold_kin": _NO_KIN,
        "are_kin": "a.kin && h.sectors",
    },
    "of_companies": {
        "ask_kin": _NO_KIN,
        "hold_kin": _KIN.format(through="partners_companyprofile_sectors", row="companyprofile", id="p.id"),
        "are_kin": "a.sectors && h.kin",
    },
}
#: "Not for me", by reason, of the companies in question: what they have had enough of.
_TIRED = """
tired AS MATERIALIZED (
    SELECT h.id AS profile_id, d.request_id, d.reason::text, r.type::text, firm.economy_id::text AS home,
        ARRAY(SELECT left(code, 2) FROM unnest(r.hs_codes) code) AS chapters,
        ARRAY(SELECT t.sector_id FROM partners_partnerrequest_sectors t WHERE t.partnerrequest_id = r.id) AS sectors
    FROM hold h
    CROSS JOIN LATERAL (SELECT d.request_id, d.reason FROM partners_dismissal d WHERE d.company_id = h.organization_id
        AND d.reason IN ('sector', 'goods', 'market', 'type') AND d.at > now() - interval '1 year'
        LIMIT %(dismissals)s) d
    JOIN partners_partnerrequest r ON r.id = d.request_id
    JOIN accounts_organization firm ON firm.id = r.company_id
)"""
#: Every condition of the requests against every company.
_TESTED = """
tested AS MATERIALIZED (
    SELECT c.request_id, c.profile_id, k.kind::text, k.value::text, k.amount, k.is_required, k.is_confirmed, k.together,
        CASE k.kind
        WHEN 'certification' THEN CASE
            WHEN h.certificates && k.any_of THEN 'met'
            WHEN h.lacks && k.lacking THEN 'not_met'
            WHEN cardinality(h.certificates) > 0 THEN 'not_met' ELSE 'unknown' END
        WHEN 'language' THEN CASE WHEN h.tongues && k.any_of THEN 'met'
            WHEN cardinality(h.spoken) > 0 THEN 'not_met' ELSE 'unknown' END
        WHEN 'size' THEN CASE WHEN h.size = ANY(k.any_of) THEN 'met' WHEN h.size <> '' THEN 'not_met'
            WHEN h.sizes && k.any_of THEN 'met' WHEN cardinality(h.sizes) > 0 THEN 'not_met' ELSE 'unknown' END
        WHEN 'capacity' THEN coalesce((SELECT CASE WHEN max(q.amount) >= k.amount * 0.95 THEN 'met'
            WHEN max(q.amount) IS NOT NULL THEN 'not_met' END
            FROM partners_capacity q WHERE q.profile_id = c.profile_id AND q.unit = k.value), 'unknown')
        WHEN 'ownership' THEN CASE WHEN h.ownership && k.any_of THEN 'met' ELSE 'unknown' END
        WHEN 'market' THEN CASE WHEN h.home || h.markets || h.served && k.any_of THEN 'met'
            WHEN cardinality(h.markets) > 0 THEN 'not_met' ELSE 'unknown' END
        WHEN 'excluded' THEN CASE WHEN h.home = ANY(k.any_of) THEN 'not_met' ELSE 'met' END
        END AS outcome
    FROM chosen c
    JOIN (SELECT of_one.* FROM ask CROSS JOIN LATERAL (
            SELECT k.*, string_to_array(k.value, ' | ') AS any_of,
                ARRAY(SELECT 'certification:' || one FROM unnest(string_to_array(k.value, ' | ')) one) AS lacking,
                count(*) OVER (PARTITION BY k.kind, k.is_required) AS together
            FROM partners_condition k WHERE k.request_id = ask.id LIMIT 1000) of_one) k ON k.request_id = c.request_id
    JOIN hold h ON h.id = c.profile_id
),
lost AS MATERIALIZED (
    SELECT *, CASE outcome WHEN 'met' THEN 0 WHEN 'unknown' THEN %(unknown)s ELSE 1 END / together
        * CASE WHEN is_required THEN 1 ELSE %(preferred)s END * CASE WHEN is_confirmed THEN 1 ELSE %(unconfirmed)s END
        * CASE kind WHEN 'certification' THEN %(p_certification)s WHEN 'language' THEN %(p_language)s
            WHEN 'size' THEN %(p_size)s WHEN 'capacity' THEN %(p_capacity)s WHEN 'ownership' THEN %(p_ownership)s
            WHEN 'market' THEN %(p_market)s ELSE %(p_excluded)s END AS points
    FROM tested
),
conditions AS MATERIALIZED (
    SELECT request_id, profile_id, sum(points) AS points FROM lost GROUP BY request_id, profile_id
)"""
#: Do the two want opposite things? By a company's own requests of these types, then by its own word.
_COMPLEMENT = """CASE WHEN {types} && a.answers THEN 'own_request' WHEN a.type = ANY(h.wanted_types) THEN 'wanted'
            WHEN cardinality(h.wanted_types) > 0 THEN 'others_wanted' WHEN a.type = ANY({types}) THEN 'same_side' END"""
#: By all of its open requests, or those that the asker may know; and by those that show its name.
ANSWERING = {
    "complement": _COMPLEMENT.format(types="h.own_types"),
    "shown_complement": _COMPLEMENT.format(types="h.shown_types"),
}
#: Each criterion of each pair from 0 to 1; NULL when it is not known.
_COMPARED = """
compared AS MATERIALIZED (
    SELECT c.request_id, c.profile_id, h.organization_id AS company_id,
        CASE WHEN cardinality(a.sectors) = 0 OR cardinality(h.sectors) = 0 THEN NULL WHEN a.sectors && h.sectors THEN 1
            WHEN {are_kin} THEN %(partly)s ELSE 0 END::float AS sector,
        CASE WHEN cardinality(a.hs_codes) = 0 OR cardinality(h.hs_codes) = 0 THEN NULL ELSE coalesce((
            SELECT max(CASE WHEN length(mine) > 3 AND left(mine, 4) = left(theirs, 4)
                THEN CASE WHEN mine = theirs THEN 1 ELSE 0.85 END
                WHEN left(mine, 2) = left(theirs, 2) THEN %(partly)s ELSE 0 END)
            FROM unnest(a.hs_codes) mine CROSS JOIN unnest(h.hs_codes) theirs), 0) END::float AS hs,
        CASE WHEN cardinality(a.targets) = 0 THEN NULL WHEN h.home = ANY(a.targets) THEN 1
            WHEN h.markets && a.targets THEN %(partly)s ELSE 0 END::float AS economy,
        CASE WHEN cardinality(h.markets) = 0 THEN NULL WHEN a.home = ANY(h.home || h.markets) THEN 1 ELSE 0 END::float
            AS back,
        CASE WHEN a.tongues && h.tongues THEN 1 WHEN cardinality(h.spoken) = 0 THEN NULL ELSE 0 END::float AS language,
        {complement} AS complement,
        CASE WHEN cardinality(a.wants) = 0 OR cardinality(h.roles) = 0 THEN NULL WHEN a.wants && h.roles THEN 1
            ELSE 0 END::float AS role,
        CASE WHEN a.closes_on IS NULL THEN NULL WHEN a.closes_on >= %(today)s + 14
            THEN 1 ELSE 0 END::float AS deadline,
        CASE WHEN a.home = ANY(h.refuses) OR h.home = ANY(a.refuses) THEN 1 ELSE 0 END::float AS refused,
        (SELECT min(t.reason) FROM tired t WHERE t.profile_id = c.profile_id AND t.request_id <> c.request_id
            AND CASE t.reason
            WHEN 'sector' THEN t.sectors && a.sectors WHEN 'goods' THEN t.chapters && ARRAY(
                SELECT left(code, 2) FROM unnest(a.hs_codes) code)
            WHEN 'market' THEN t.home = a.home ELSE t.type = a.type END) AS tired,
        {closeness},
        a.type = ANY(%(offers)s) AS is_offer
    FROM chosen c JOIN ask a ON a.id = c.request_id JOIN hold h ON h.id = c.profile_id
)"""
#: The points of each criterion; those for words in common last, and only of the pairs that could be among the best.
_POINTED = """
near AS (
    SELECT *, least(1, greatest(0, (whole - %(nothing)s) / %(range)s)) AS n_meaning,
        least(1, greatest(0, (greatest(sought, offered) - %(nothing)s) / %(range)s)) AS n_deal,
        least(1, greatest(0, (CASE WHEN is_offer THEN greatest(both_offer, both_seek)
            ELSE greatest(both_seek, both_offer - 0.1) END - greatest(sought, offered)) * 4)) AS n_wrong,
        least(1, greatest(0, (denied - greatest(sought, 0.3)) * 5)) AS n_denied
    FROM compared
),
pointed AS MATERIALIZED (
    SELECT near.*,
        %(w_meaning)s * coalesce(n_meaning, 0) AS meaning_points, %(w_deal)s * coalesce(n_deal, 0) AS deal_points,
        -%(p_wrong_side)s * coalesce(n_wrong, 0) AS wrong_side_points, -%(p_denied)s * coalesce(n_denied,
            0) AS denied_points,
        %(w_sector)s * coalesce(sector, 0) AS sector_points, %(w_hs)s * coalesce(hs, 0) AS hs_points,
        %(w_economy)s * coalesce(economy, 0) AS economy_points, %(w_back)s * coalesce(back, 0) AS back_points,
        %(w_language)s * coalesce(language, 0) AS language_points,
        CASE WHEN complement IN ('own_request', 'wanted') THEN %(w_complement)s ELSE 0 END AS complement_points,
        CASE role WHEN 1 THEN %(w_role)s WHEN 0 THEN -%(p_role)s ELSE 0 END AS role_points,
        %(w_deadline)s * coalesce(deadline, 0) AS deadline_points, -%(p_refused)s * refused AS refused_points,
        CASE WHEN tired IS NULL THEN 0 ELSE -%(p_tired)s END AS tired_points,
        -coalesce(conditions.points, 0) AS condition_points
    FROM near LEFT JOIN conditions USING (request_id, profile_id)
),
silent AS MATERIALIZED (
    SELECT *, meaning_points + deal_points + wrong_side_points + denied_points + sector_points + hs_points
        + economy_points + back_points + language_points + complement_points + role_points + deadline_points
        + refused_points + tired_points + condition_points AS unworded
    FROM pointed
),
spoken AS MATERIALIZED (
    SELECT silent.*, %(w_words)s * least(1, coalesce(worded.rank, 0) * 10) AS words_points
    FROM silent CROSS JOIN LATERAL (SELECT (SELECT ts_rank(held.words, {title}, 1)::float) AS rank
        FROM partners_partnerrequest r CROSS JOIN LATERAL (SELECT CASE r.language WHEN 'en' THEN p.search_en
            WHEN 'es' THEN p.search_es WHEN 'fr' THEN p.search_fr ELSE p.search_zh_hant END AS words
            FROM partners_companyprofile p WHERE p.id = silent.profile_id LIMIT 1) held
        WHERE r.id = silent.request_id LIMIT 1) worded
    WHERE unworded >= coalesce((SELECT unworded FROM silent ORDER BY unworded DESC OFFSET %(limit)s - 1 LIMIT 1),
        '-infinity') - %(w_words)s
),
-- Rounded as it is shown: the same text has not quite the same vector in each batch that is encoded.
best AS MATERIALIZED (
    SELECT *, round((unworded + words_points)::numeric, 4)::float AS total FROM spoken
    ORDER BY total DESC, request_id, profile_id LIMIT %(limit)s
),
said AS MATERIALIZED (
    SELECT request_id, profile_id, jsonb_agg(jsonb_build_object('kind', kind, 'value', value,
        'amount', amount, 'required', is_required, 'confirmed', is_confirmed, 'outcome', outcome, 'points', -points)
        ORDER BY is_required DESC, kind, value) AS all_of_them
    FROM lost JOIN (SELECT request_id, profile_id FROM best) b USING (request_id, profile_id)
    GROUP BY request_id, profile_id
)"""
#: Of the best, the codes that say what was compared; what a company's own requests tell, also without the unnamed ones.
_DETAILED = """
SELECT best.*, said.all_of_them,
    {shown_complement} AS shown_complement, %(w_complement)s::float AS complement_worth,
    ARRAY(SELECT DISTINCT x FROM unnest(h.shown_types) x WHERE x = ANY(a.answers) ORDER BY 1) AS shown_answering_types,
    ARRAY(SELECT s.slug FROM reference_sector s WHERE s.id = ANY(a.sectors)
        AND s.id = ANY(h.sectors) ORDER BY 1) AS same_sectors,
    ARRAY(SELECT s.slug FROM reference_sector s WHERE s.id = ANY(h.sectors) AND EXISTS (SELECT FROM reference_sector kin
        WHERE kin.id = ANY(a.sectors) AND coalesce(kin.parent_id, kin.id) = coalesce(s.parent_id, s.id))
        ORDER BY 1) AS near_sectors,
    ARRAY(SELECT s.slug FROM reference_sector s WHERE s.id = ANY(a.sectors) ORDER BY 1) AS wanted_sectors,
    ARRAY(SELECT DISTINCT left(x, 4) FROM unnest(a.hs_codes) x JOIN unnest(h.hs_codes) y ON left(x, 4) = left(y, 4)
        WHERE length(x) > 3 AND length(y) > 3 ORDER BY 1) AS headings,
    ARRAY(SELECT DISTINCT left(x, 2) FROM unnest(a.hs_codes) x JOIN unnest(h.hs_codes) y ON left(x, 2) = left(y, 2)
        ORDER BY 1) AS chapters,
    ARRAY(SELECT DISTINCT left(x, 2) FROM unnest(a.hs_codes) x ORDER BY 1) AS wanted_chapters,
    h.home AS company_home, a.home AS request_home, a.targets,
    ARRAY(SELECT x FROM unnest(a.targets) x WHERE x = ANY(h.markets) ORDER BY 1) AS served_targets,
    ARRAY(SELECT DISTINCT x FROM unnest(a.tongues) x WHERE x = ANY(h.tongues) ORDER BY 1) AS common_tongues,
    ARRAY(SELECT DISTINCT x FROM unnest(a.tongues) x ORDER BY 1) AS request_tongues,
    ARRAY(SELECT DISTINCT x FROM unnest(h.own_types) x WHERE x = ANY(a.answers) ORDER BY 1) AS answering_types,
    a.type AS request_type, a.closes_on, a.wants,
    ARRAY(SELECT x FROM unnest(a.wants) x WHERE x = ANY(h.roles) ORDER BY 1) AS fitting_roles
FROM best JOIN ask a ON a.id = best.request_id JOIN hold h ON h.id = best.profile_id
    LEFT JOIN said ON said.request_id = best.request_id AND said.profile_id = best.profile_id
ORDER BY total DESC, best.request_id, best.profile_id"""

_ASK_VECTOR = (
    "(SELECT m.vector FROM partners_requestmeaning m WHERE m.request_id = r.id AND m.part = {part}"
    " AND m.language = r.language LIMIT 1)"
)
_HOLD_VECTOR = (
    "(SELECT m.vector FROM partners_companymeaning m WHERE m.profile_id = p.id AND m.part = {part}"
    " AND m.language = p.language LIMIT 1)"
)

VECTORS = {
    True: {
        "wanted_vector": ", " + _ASK_VECTOR.format(part=2) + " AS whole",
        "ask_vectors": ", "
        + ", ".join(
            (
                _ASK_VECTOR.format(part=0) + " AS v_offers",
                f"coalesce({_ASK_VECTOR.format(part=1)}, {_ASK_VECTOR.format(part=2)}) AS v_seeks",
                _ASK_VECTOR.format(part=2) + " AS v_whole",
            )
        ),
        "hold_vectors": ", "
        + ", ".join(
            (
                f"coalesce({_HOLD_VECTOR.format(part=0)}, {_HOLD_VECTOR.format(part=2)}) AS v_offers",
                _HOLD_VECTOR.format(part=1) + " AS v_seeks",
                _HOLD_VECTOR.format(part=2) + " AS v_whole",
                _HOLD_VECTOR.format(part=3) + " AS v_denies",
            )
        ),
        "closeness": """1 - (a.v_whole <=> h.v_whole) AS whole, 1 - (a.v_seeks <=> h.v_offers) AS sought,
        1 - (a.v_offers <=> h.v_seeks) AS offered, 1 - (a.v_seeks <=> h.v_seeks) AS both_seek,
        1 - (a.v_offers <=> h.v_offers) AS both_offer, 1 - (a.v_seeks <=> h.v_denies) AS denied""",
        # A pair of texts that speaks against the company makes it known, not nearer: both seek, both offer, it denies.
        "near_companies": """
    SELECT near.id, mine.part AS of_request, near.near,
        near.part < 3 AND NOT (near.part = mine.part AND mine.part < 2) AS speaks_for
    FROM partners_requestmeaning mine CROSS JOIN LATERAL (
        SELECT m.profile_id AS id, m.part, 1 - (m.vector <=> mine.vector) AS near
            FROM partners_companymeaning m ORDER BY m.vector <=> mine.vector LIMIT %(nearest)s) near
    WHERE mine.request_id = ANY(%(requests)s) AND (SELECT count(*) FROM few) > %(few)s""",
        "near_other": """(SELECT 1 - (m.vector <=> r.whole) FROM partners_companymeaning m
            WHERE m.profile_id = p.id AND m.language = p.language AND m.part = 2 LIMIT 1)""",
        "near_requests": """
    UNION (SELECT near.id FROM partners_companymeaning mine CROSS JOIN LATERAL (
        SELECT m.request_id AS id
            FROM partners_requestmeaning m
            WHERE EXISTS (SELECT FROM partners_partnerrequest r WHERE r.id = m.request_id AND r.status = 'published'
                AND r.hidden_at IS NULL AND r.closes_on >= %(today)s OFFSET 0)
            ORDER BY m.vector <=> mine.vector LIMIT %(fitting)s) near
        WHERE mine.profile_id = %(profile)s::bigint AND mine.part < 3 AND (SELECT count(*) FROM few) > %(few)s)""",
    },
    False: {
        "wanted_vector": "",
        "ask_vectors": "",
        "hold_vectors": "",
        "closeness": "NULL::float AS whole, NULL::float AS sought, NULL::float AS offered, NULL::float AS both_seek,"
        " NULL::float AS both_offer, NULL::float AS denied",
        "near_companies": "SELECT NULL::bigint AS id, NULL::int AS of_request, NULL::float AS near,"
        " NULL::boolean AS speaks_for WHERE false",
        "near_other": "NULL::float",
        "near_requests": "",
    },
}

#: Of these, what belongs to the pools.
IN_POOLS = ("near_companies", "near_other", "near_requests", "wanted_vector")

STATEMENT = f"WITH {{pool}},{_CHOSEN},{_ASK},{_HOLD},{_TIRED},{_TESTED},{_COMPARED},{_POINTED}{_DETAILED}"
