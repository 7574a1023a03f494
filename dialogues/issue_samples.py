"""The sample issues, shown as samples wherever they stand: sample companies raised them. No mail is sent."""

from datetime import datetime, timedelta
from pathlib import Path
from types import NoneType
from typing import Any

from django.utils import timezone

from dialogues import filing, searching, workdays
from dialogues.models import Dialogue, Endorsement, Issue
from portal.accounts.models import Organization
from portal.activity.log import record
from portal.lifecycle import lock
from portal.reference.loading import BROKEN, CREATED, UNCHANGED, Problems, Report, Row, known, progress, rows, upsert
from portal.reference.models import Economy, Sector, Topic

Known = dict[str, dict[str, Any]]
Status = Issue.Status

#: Days after an issue was submitted on which officials of the example did something.
ACKNOWLEDGED, PUBLISHED, ANSWERED, RESOLVED = 2, 6, 20, 60
#: The states a sample may be in: nothing of them hangs on a session.
STATES = (Status.SUBMITTED, Status.ACKNOWLEDGED, Status.ANSWERED, Status.DECLINED, Status.RESOLVED)
#: What officials write, by language.
WRITTEN = ("answer", "declined_because", "outcome")


def load_sample(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load ``issues.jsonl``; loading twice changes nothing. Needs the dialogues and the sample companies.

    Numbers and days count from the first load, the oldest issue first; what people have done to an issue since, or to
    who stands behind it, is kept.
    """
    there: Known = {
        "dialogues": {dialogue.slug: dialogue for dialogue in Dialogue.objects.prefetch_related("parties")},
        "economies": known(Economy, "code"),
        "topics": known(Topic),
        "sectors": known(Sector),
        "companies": {o.slug: o for o in Organization.objects.filter(is_sample=True)},
        "chambers": {o.slug: o for o in Organization.objects.chambers()},
    }
    found = rows(data_dir / "issues.jsonl", problems=problems, unique="slug")
    found.sort(key=lambda row: row.get("days_ago") if isinstance(row.get("days_ago"), int) else 0, reverse=True)
    for row in progress("Issues", found):
        if _is_whole(row, problems):
            _load(row, there, problems, report)


def _is_whole(row: Row, problems: Problems) -> bool:
    before = len(problems.lines)
    problems.check(
        row,
        slug=str,
        dialogue=str,
        company=str,
        chamber=(str, NoneType),
        language=str,
        title=str,
        what_happened=str,
        concerns=(str, NoneType),
        topics=list,
        sectors=list,
        hs_codes=list,
        days_ago=int,
        state=str,
        public=(dict, NoneType),
        endorsed_by=list,
    )
    if row.get("state") not in STATES:
        problems.add(row, "state", f"{row.get('state')!r} is not a state of a sample")
    return len(problems.lines) == before


def _load(row: Row, there: Known, problems: Problems, report: Report) -> None:
    before = len(problems.lines)
    dialogue = problems.look_up(row, "dialogue", there["dialogues"])
    company = problems.look_up(row, "company", there["companies"])
    chamber = problems.look_up(row, "chamber", there["chambers"])
    concerns = problems.look_up(row, "concerns", there["economies"])
    behind = problems.look_up(row, "endorsed_by", there["companies"])
    many = {name: problems.look_up(row, name, there[name]) for name in ("topics", "sectors")}
    written = _written(row, problems)
    if len(problems.lines) > before:
        return
    issue, outcome = upsert(
        Issue,
        by={"dialogue": dialogue[0], "organization": company[0], "title": row["title"]},
        values={
            "language": row["language"],
            "what_happened": row["what_happened"],
            "effect": row.get("effect") or "",
            "proposal": row.get("proposal") or "",
            "hs_codes": row["hs_codes"],
            "identity": row.get("identity"),
            "chamber": next(iter(chamber), None),
            "economy": company[0].economy,
        },
        if_new=_first(row, dialogue[0], next(iter(concerns), None)) | written,
        many=many,
        row=row,
        problems=problems,
    )
    if outcome == BROKEN:
        return
    report.count(Issue, outcome)
    if outcome == CREATED:
        record(None, "submitted", issue)
        Endorsement.objects.bulk_create(Endorsement(issue=issue, organization=one) for one in behind)
    if outcome != UNCHANGED:
        searching.refresh(issue)


def _written(row: Row, problems: Problems) -> dict[str, Any]:
    """The public text and what officials answered, in the languages of the file."""
    texts: dict[str, Any] = {}
    for name in WRITTEN:
        texts |= problems.texts(row, name)
    if row["public"]:
        public = Row(row.file, row.number, row["public"])
        texts |= problems.texts(public, "title", "public_title") | problems.texts(public, "text", "public_text")
    return {name: text or "" for name, text in texts.items()}


def _first(row: Row, dialogue: Dialogue, concerns: Economy | None) -> dict[str, Any]:
    """Number, clock and state, as they are at the first load."""
    now = timezone.now()
    submitted = now - timedelta(days=row["days_ago"])
    answered = row["state"] in {Status.ANSWERED, Status.DECLINED, Status.RESOLVED}

    def later(days: int) -> datetime:
        return min(submitted + timedelta(days=days), now)

    party = concerns.pk if concerns else None
    # The lock that filing takes too: no two get one number.
    values = {
        "concerns": concerns,
        "status": row["state"],
        "reference": filing.next_reference(lock(dialogue), submitted.year),
        "created_at": submitted,
        "changed_at": later(ANSWERED if answered else ACKNOWLEDGED),
        "submitted_at": submitted,
        "acknowledge_by": workdays.add(submitted.date(), dialogue.acknowledge_days, party),
        "answer_by": workdays.add(submitted.date(), dialogue.answer_days, party),
        "acknowledged_at": later(ACKNOWLEDGED) if row["state"] != Status.SUBMITTED else None,
        "answered_at": later(ANSWERED) if answered else None,
        "resolved_at": later(RESOLVED) if row["state"] == Status.RESOLVED else None,
    }
    if row["public"]:
        published = later(PUBLISHED)
        values |= {
            "public_status": Issue.PublicStatus.PUBLISHED,
            "public_at": published,
            "public_changed_at": published,
        }
    return values
