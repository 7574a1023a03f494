"""Administrators keep the vocabulary in the admin; nobody else gets in."""

import pytest
from django.urls import reverse

from portal.reference.models import Topic
from tests.factories.reference import agreement, economy, sector, topic

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "make"),
    [("economy", lambda: economy("US")), ("agreement", agreement), ("topic", topic), ("sector", sector)],
)
def test_an_administrator_lists_searches_and_opens_the_vocabulary(client, administrator, name, make):
    row = make()
    client.force_login(administrator)
    answer = client.get(reverse(f"admin:reference_{name}_changelist"), {"q": "a"})
    assert answer.status_code == 200
    page = client.get(reverse(f"admin:reference_{name}_change", args=[row.pk])).content.decode()
    label = "name" if name == "economy" else "title" if name == "agreement" else "label"
    for code in ("en", "zh_hant", "es", "fr"):
        assert f'name="{label}_{code}"' in page


def test_a_label_is_changed_in_one_language(client, administrator):
    row = topic("taxes", label="Taxes", label_zh_hant="稅務")
    client.force_login(administrator)
    form = {"slug": "taxes", "label_en": "Taxation", "label_zh_hant": "稅務", "obligations": "[]", "order": "0"}
    answer = client.post(reverse("admin:reference_topic_change", args=[row.pk]), form)
    assert answer.status_code == 302, answer.context["errors"]
    changed = Topic.objects.get()
    assert (changed.label_en, changed.label_zh_hant) == ("Taxation", "稅務")


@pytest.mark.parametrize("who", ["sme", "chamber", "official"])
def test_nobody_else_gets_in(client, request, who):
    client.force_login(request.getfixturevalue(who))
    answer = client.get(reverse("admin:reference_topic_changelist"))
    assert answer.status_code in {302, 403}
    assert b"changelist" not in answer.content
