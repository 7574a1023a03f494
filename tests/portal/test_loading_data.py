"""The data files hang together: whatever one refers to, another one has."""

import json
import re

import pytest
from django.conf import settings

DATA = settings.REFERENCE_DATA_DIR
LANGUAGES = {"en", "zh-hant", "es", "fr"}


def read(name, key=None):
    text = (DATA / name).read_text(encoding="utf-8")
    if name.endswith(".jsonl"):
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    return json.loads(text)[key] if key else json.loads(text)


ECONOMIES = {row["iso2"]: row for row in read("economies.json")}
AGREEMENTS = {row["slug"]: row for row in read("agreements.json")}
TOPICS = {row["slug"] for row in read("topics.json", "topics")}
TREE = read("sectors.json")
SECTORS = {row["slug"] for row in TREE} | {child["slug"] for row in TREE for child in row["children"]}
AGENCIES = {row["slug"]: row for row in read("agencies.json")}
RESOURCES = {row["slug"]: row for row in read("resources.jsonl")}
CHAMBERS = {slug for slug, row in AGENCIES.items() if row["kind"] in {"chamber", "trade_promotion", "network"}}


def slugs(value):
    """A key, several or none, as a set."""
    return {value} if isinstance(value, str) else set(value or ())


@pytest.mark.parametrize(
    ("file", "key", "field", "known"),
    [
        ("agreements.json", None, "parties", ECONOMIES),
        ("economies.json", None, "agreements", AGREEMENTS),
        ("agencies.json", None, "economy", ECONOMIES),
        ("resources.jsonl", None, "agency", AGENCIES),
        ("resources.jsonl", None, "economy", ECONOMIES),
        ("resources.jsonl", None, "topics", TOPICS),
        ("resources.jsonl", None, "sectors", SECTORS),
        ("resources.jsonl", None, "agreements", AGREEMENTS),
        ("resources.jsonl", None, "title", LANGUAGES),
        ("resources.jsonl", None, "summary", LANGUAGES),
        ("resources.jsonl", None, "body", LANGUAGES),
        ("dialogues.json", None, "agreement", AGREEMENTS),
        ("dialogues.json", None, "convening_bodies", AGENCIES),
        ("dialogues.json", None, "participating_bodies", AGENCIES),
        ("dialogues.json", None, "host_economy", ECONOMIES),
        ("dialogues.json", None, "agenda_topic_slugs", TOPICS),
        ("dialogues.json", None, "working_languages", LANGUAGES),
        ("partner_requests.jsonl", None, "poster_chamber", CHAMBERS),
        ("partner_requests.jsonl", None, "sectors", SECTORS),
        ("partner_requests.jsonl", None, "target_economies", ECONOMIES),
        ("partner_requests.jsonl", None, "original_language", LANGUAGES),
        ("companies.jsonl", None, "economy", ECONOMIES),
        ("companies.jsonl", None, "sectors", SECTORS),
        ("companies.jsonl", None, "profile_language", LANGUAGES),
        ("issues.jsonl", None, "topics", TOPICS),
        ("issues.jsonl", None, "sectors", SECTORS),
        ("issues.jsonl", None, "concerns", ECONOMIES),
        ("issues.jsonl", None, "language", LANGUAGES),
        ("issues.jsonl", None, "chamber", CHAMBERS),
        ("issues.jsonl", None, "endorsed_by", {row["slug"] for row in read("companies.jsonl")}),
        ("thesaurus.jsonl", None, "topics", TOPICS),
        ("thesaurus.jsonl", None, "sectors", SECTORS),
        ("thesaurus.jsonl", None, "economies", ECONOMIES),
        ("thesaurus.jsonl", None, "broader", {row["id"] for row in read("thesaurus.jsonl")}),
        ("thesaurus.jsonl", None, "related", {row["id"] for row in read("thesaurus.jsonl")}),
    ],
)
def test_every_reference_leads_somewhere(file, key, field, known):
    lost = [
        (row.get("slug") or row.get("id"), value)
        for row in read(file, key)
        for value in slugs(row.get(field)) - set(known)
    ]
    assert lost == []


@pytest.mark.parametrize("language", ["zh-hant", "es", "fr"])
def test_every_resource_is_translated_whole(language):
    translations = read(f"translations/{language}.jsonl")
    assert {row["slug"] for row in translations} == set(RESOURCES)
    assert all(row["title"] and row["summary"] and row["body"] for row in translations)


@pytest.mark.parametrize(
    "file",
    [
        "economies.json",
        "agreements.json",
        "agencies.json",
        "dialogues.json",
        "resources.jsonl",
        "partner_requests.jsonl",
        "companies.jsonl",
        "issues.jsonl",
    ],
)
def test_no_two_rows_have_the_same_address(file):
    names = [row.get("slug") or row["iso2"] for row in read(file)]
    assert len(set(names)) == len(names)


def test_parties_and_agreements_say_the_same():
    from_economies = {(code, slug) for code, row in ECONOMIES.items() for slug in row["agreements"]}
    from_agreements = {(code, slug) for slug, row in AGREEMENTS.items() for code in row["parties"]}
    assert from_economies == from_agreements


def test_a_resource_speaks_of_agreements_that_its_economy_is_a_party_to():
    assert [
        (slug, agreement)
        for slug, row in RESOURCES.items()
        for agreement in row["agreements"]
        if row["economy"] and row["economy"] not in AGREEMENTS[agreement]["parties"]
    ] == []


def test_a_request_is_posted_by_a_chamber_of_the_firms_economy():
    assert [
        row["slug"]
        for row in read("partner_requests.jsonl")
        if AGENCIES[row["poster_chamber"]]["economy"] != row["company"]["economy"]
    ] == []


def test_markets_are_iso_codes_or_the_european_union():
    markets = {market for row in read("companies.jsonl") for market in row["markets"]}
    assert all(re.fullmatch("[A-Z]{2}", market) for market in markets)
    assert "UK" not in markets


def test_indicators_name_known_economies_and_agreements():
    values = [value for row in read("indicators.json", "indicators") for value in row["values"]]
    assert {value["economy"] for value in values} - {None} <= set(ECONOMIES)
    assert {value["agreement"] for value in values} - {None} <= set(AGREEMENTS)


def test_samples_say_that_they_are_samples():
    files = ("companies.jsonl", "partner_requests.jsonl", "issues.jsonl")
    assert all(row["sample"] is True for file in files for row in read(file))
