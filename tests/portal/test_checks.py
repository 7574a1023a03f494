from pathlib import Path

import pytest
from django.db import models
from django.db.migrations import Migration

from portal import checks
from portal.accounts.models import Membership


class Door(models.Model):
    class Status(models.TextChoices):
        OPEN = "open"
        SHUT = "shut"

    status = models.CharField(max_length=4, choices=Status)

    class Meta:
        app_label = "tests"
        managed = False

    def __str__(self):
        return self.status


def found(moves):
    return [(problem.id, problem.msg) for problem in checks.problems_of_moves(Door, moves)]


def test_a_whole_table_of_moves_is_fine():
    assert found({Door.Status.OPEN: {Door.Status.SHUT}, Door.Status.SHUT: set()}) == []


def test_a_state_without_a_row_is_found():
    assert found({"open": {"shut"}}) == [("portal.E001", "The status “shut” has no row in MOVES.")]


def test_a_move_to_or_from_no_state_is_found():
    assert found({"open": {"ajar"}, "shut": set(), "gone": set()}) == [
        ("portal.E002", "MOVES names “ajar”, which is no status."),
        ("portal.E002", "MOVES names “gone”, which is no status."),
    ]


def test_every_model_of_the_portal_has_its_whole_table():
    assert isinstance(Membership.MOVES, dict)
    assert checks.check_moves(None) == []


def test_kinds_are_read_from_the_code(tmp_path):
    code = tmp_path / "verbs.py"
    code.write_text(
        """notify(people, "dialogues/session_scheduled", about=x)
kind = 'partners/interest_sent'
template = "dialogues/session_list.html"
Waiting(title, kind="accounts/request")
""",
        encoding="utf-8",
    )
    assert list(checks.kinds_spelled(tmp_path)) == [
        ("dialogues/session_scheduled", code),
        ("partners/interest_sent", code),
    ]


def test_a_kind_without_templates_or_a_reason_is_found():
    problem, other = checks.problems_of_kind("dialogues/nobody_wrote_this", Path("verbs.py"))
    assert problem.id == "portal.W001"
    assert "dialogues/mail/nobody_wrote_this.subject.txt" in problem.msg
    assert other.id == "portal.W003"  # nor does it say why people get it


def test_every_kind_sent_has_its_three_templates_and_says_why():
    assert checks.check_mails(None) == []


def test_a_database_that_has_only_some_of_what_one_migration_stands_for_is_refused():
    one = Migration("0001_squashed_0002_b", "tests")
    one.replaces = [("tests", "0001_a"), ("tests", "0002_b")]
    on_disk = {("tests", one.name): one}

    def missing(*applied):
        return [problem.msg for problem in checks.problems_of_squashed(on_disk, {("tests", name) for name in applied})]

    assert missing() == missing("0001_a", "0002_b") == missing("0001_a", "0002_b", one.name) == []
    said = (
        "This database has only some of the migrations that tests.0001_squashed_0002_b stands for; 0002_b is missing."
    )
    assert missing("0001_a") == missing("0001_a", one.name) == [said]
    # Where the files are still there, Django goes on with them.
    on_disk[("tests", "0002_b")] = Migration("0002_b", "tests")
    assert missing("0001_a") == []


@pytest.mark.django_db
def test_the_tables_of_the_portal_have_all_their_migrations():
    assert checks.check_squashed(None, databases=["default"]) == []
