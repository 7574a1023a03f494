"""Which agency is likely to know the matter of an issue, as the directory of offices says."""

from django.db.models import QuerySet

from dialogues.models import Issue
from portal.accounts.models import Organization
from portal.focal import asking
from portal.focal.models import FocalPoint

MOST = 5


def offices(issue: Issue, among: QuerySet[Organization]) -> dict[int, FocalPoint]:
    """Those of ``among`` whose office answers for the issue's topics, in the economy it concerns or, when it concerns
    all, in the Parties': organization id → its office, the likeliest first. An issue without a topic suggests none."""
    topics = list(issue.topics.values_list("slug", flat=True))
    if not topics:
        return {}
    economies = [issue.concerns_id] if issue.concerns_id else issue.dialogue.party_codes
    found = asking.who_answers(economies=economies, topics=topics, limit=MOST)
    offered = set(among.filter(pk__in={point.organization_id for point in found}).values_list("pk", flat=True))
    named: dict[int, FocalPoint] = {}
    for point in found:
        if point.organization_id in offered:
            named.setdefault(point.organization_id, point)
    return named
