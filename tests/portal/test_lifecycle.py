import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from portal.accounts.models import Organization
from portal.activity.log import timeline
from portal.lifecycle import move
from tests.factories.accounts import OrganizationFactory


def test_a_move_changes_the_row_and_leaves_a_line_in_the_log(administrator):
    organization = OrganizationFactory(kind="chamber", pending=True)

    moved = move(organization, "verified", by=administrator, verified_at=timezone.now(), verified_by=administrator)

    assert moved.status == "verified"
    assert [(a.actor, a.verb, a.data) for a in timeline(organization)] == [
        (administrator, "verified", {"was": "pending"})
    ]


def test_a_move_that_the_table_does_not_hold_is_refused_and_changes_nothing(administrator):
    organization = OrganizationFactory(kind="sme", status="unverified")

    with pytest.raises(ValidationError) as refusal:
        move(organization, "refused", by=administrator, verification_note="no")

    assert refusal.value.code == "illegal_move"
    organization.refresh_from_db()
    assert (organization.status, organization.verification_note) == ("unverified", "")
    assert not timeline(organization).exists()


def test_a_move_that_breaks_a_constraint_is_refused_and_changes_nothing(administrator):
    organization = OrganizationFactory(kind="chamber", pending=True)

    with pytest.raises(ValidationError):
        move(organization, "verified", by=administrator, verified_at=None)

    organization.refresh_from_db()
    assert organization.status == "pending"
    assert not timeline(organization).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_moves_one_wins_and_the_other_is_refused():
    organization = OrganizationFactory(kind="chamber", pending=True)
    together = threading.Barrier(2)
    outcomes = []

    def decide(status):
        together.wait()
        try:
            move(organization, status, by=None, verified_at=timezone.now())
            outcomes.append("moved")
        except ValidationError as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=[status]) for status in ("verified", "refused")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["illegal_move", "moved"]
    assert timeline(organization).count() == 1
    assert Organization.objects.get().status in {"verified", "refused"}
