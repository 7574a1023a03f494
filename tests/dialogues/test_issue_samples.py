"""The sample issues: all of them or none, once, and marked."""

import json
import shutil

import pytest
from django.conf import settings

from dialogues import issue_samples
from dialogues.models import Issue
from portal.accounts.models import Organization
from portal.languages import Language, column
from portal.notifications.models import Notification
from portal.reference import importing as reference
from portal.reference.loading import BrokenData, run
from tests.factories.accounts import OrganizationFactory
from tests.factories.dialogues import DialogueFactory

pytestmark = pytest.mark.django_db
DATA = settings.REFERENCE_DATA_DIR
PARTIES = {
    "usmca-sme-dialogue": ("TMEC", ("US", "MX", "CA")),
    "us-taiwan-sme-events": ("USTW", ("US", "TW")),
    "apec-sme-symposia": ("APEC", ("US", "MX", "CA", "TW")),
}


def read():
    return [json.loads(line) for line in (DATA / "issues.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def there(db):
    """The vocabulary, the dialogues, and the firms that the file names."""
    run([reference.load], DATA)
    for slug, (code, parties) in PARTIES.items():
        DialogueFactory(slug=slug, code=code, parties=parties)
    for row in read():
        for slug in [row["company"], *row["endorsed_by"]]:
            if not Organization.objects.filter(slug=slug).exists():
                OrganizationFactory(slug=slug, is_sample=True, code=PARTIES[row["dialogue"]][1][1])
    OrganizationFactory(slug="mx-canacintra", chamber=True, code="MX")


def test_a_backlog_in_four_languages_is_loaded_once_and_nobody_is_written_to(there):
    run([issue_samples.load_sample], DATA)
    issues = Issue.objects.select_related("organization")
    assert issues.count() == len(read()) == 12
    assert all(issue.is_sample for issue in issues)
    assert set(issues.values_list("language", flat=True)) == set(Language.values)
    assert {"submitted", "acknowledged", "answered", "declined", "resolved"} == set(
        issues.values_list("status", flat=True)
    )
    for code in PARTIES.values():
        numbers = issues.filter(dialogue__code=code[0]).order_by("submitted_at").values_list("reference", flat=True)
        assert [int(number[-3:]) for number in numbers] == list(range(1, len(numbers) + 1))
    for issue in issues.public():
        assert all(getattr(issue, column("public_text", code)) for code in Language.values)
    assert issues.get(identity="chamber").chamber.slug == "mx-canacintra"
    assert issues.filter(endorsements__isnull=False).distinct().count() >= 8
    assert not Notification.objects.exists()
    issues.filter(language="fr").update(status="withdrawn")
    issues.get(reference__endswith="-001", dialogue__code="TMEC").endorsements.all().delete()
    assert run([issue_samples.load_sample], DATA).writes == 0
    assert issues.filter(status="withdrawn").count() == 3


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("company", "nobody", "field company: 'nobody' is unknown"),
        ("state", "on_agenda", "is not a state of a sample"),
        ("days_ago", "long", "is not what is expected here"),
        ("identity", "secret", "is not a valid choice"),
    ],
)
def test_a_broken_row_keeps_all_of_them_out(there, tmp_path, field, value, said):
    rows = read()
    rows[1][field] = value
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("resources.jsonl", "translations"))
    text = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "data" / "issues.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(BrokenData, match=said):
        run([issue_samples.load_sample], tmp_path / "data")
    assert not Issue.objects.exists()
