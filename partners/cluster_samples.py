"""The sample clusters, shown as samples wherever they stand: sample companies form them. No mail is sent."""

from pathlib import Path
from types import NoneType
from typing import Any

from django.utils import timezone

from partners.models import Cluster, ClusterLink, ClusterMember
from portal.accounts.models import Organization
from portal.activity.log import record, touched
from portal.reference.loading import BROKEN, CREATED, UNCHANGED, Problems, Report, Row, known, progress, rows, upsert
from portal.reference.models import Economy, Sector

Known = dict[str, dict[str, Any]]


def load_sample(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load ``clusters.jsonl``; loading twice changes nothing. Needs the sample companies.

    A cluster of companies that are not all there is passed over, so that a part of the data can be loaded. What people
    have changed of a cluster, who joined or left since, and links that ended, are kept.
    """
    there: Known = {
        "economies": known(Economy, "code"),
        "sectors": known(Sector),
        "companies": {o.slug: o for o in Organization.objects.filter(is_sample=True)},
        "kept": {row.slug: row for row in Cluster.objects.filter(pk__in=touched(Cluster))},
    }
    found = rows(data_dir / "clusters.jsonl", problems=problems, unique="slug")
    whole = [row for row in found if _is_whole(row, problems) and _companies(row) <= there["companies"].keys()]
    for row in progress("Clusters", whole):
        if row["slug"] not in there["kept"]:
            _load(row, there, problems, report)
    for row in whole:
        _link(row, report)


def _is_whole(row: Row, problems: Problems) -> bool:
    return problems.check(
        row,
        slug=str,
        name=str,
        language=str,
        description=str,
        capability=str,
        economy=str,
        sectors=list,
        lead=str,
        members=dict,
        part_of=(str, NoneType),
    )


def _companies(row: Row) -> set[str]:
    return {row["lead"], *row["members"]}


def _load(row: Row, there: Known, problems: Problems, report: Report) -> None:
    before = len(problems.lines)
    economy = problems.look_up(row, "economy", there["economies"])
    sectors = problems.look_up(row, "sectors", there["sectors"])
    if len(problems.lines) > before:
        return
    cluster, outcome = upsert(
        Cluster,
        by={"slug": row["slug"]},
        values={
            "name": row["name"],
            "language": row["language"],
            "description": row["description"],
            "capability": row["capability"],
            "economy": economy[0],
            "lead": there["companies"][row["lead"]],
            "is_sample": True,
        },
        many={"sectors": sectors},
        row=row,
        problems=problems,
    )
    if outcome == BROKEN:
        return
    report.count(Cluster, outcome)
    if outcome == CREATED:
        record(None, "created", cluster)
    for slug, contribution in row["members"].items():
        _enter(cluster, there["companies"][slug], contribution, report)


def _enter(cluster: Cluster, company: Organization, contribution: str, report: Report) -> None:
    """A member from the first load on; who left since stays away."""
    if ClusterMember.objects.filter(cluster=cluster, company=company).exists():
        report.count(ClusterMember, UNCHANGED)
        return
    ClusterMember.objects.create(
        cluster=cluster,
        company=company,
        contribution=contribution,
        status=ClusterMember.Status.ACTIVE,
        since=timezone.now(),
    )
    report.count(ClusterMember, CREATED)


def _link(row: Row, report: Report) -> None:
    clusters = Cluster.objects.filter(is_sample=True).in_bulk([row["slug"], row["part_of"] or ""], field_name="slug")
    if len(clusters) != len({row["slug"], row["part_of"]} - {None}) or not row["part_of"]:
        return
    cluster, wider = clusters[row["slug"]], clusters[row["part_of"]]
    if ClusterLink.objects.filter(cluster=cluster, wider=wider).exists():
        report.count(ClusterLink, UNCHANGED)
        return
    ClusterLink.objects.create(cluster=cluster, wider=wider, status=ClusterLink.Status.ACTIVE)
    report.count(ClusterLink, CREATED)
