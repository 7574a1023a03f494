import pytest

from resources import publishing
from resources.models import Resource
from tests.factories.resources import texts

pytestmark = pytest.mark.django_db


def test_an_official_drafts_a_resource_of_her_economy(official):
    resource = publishing.draft(by=official, **texts())
    resource.refresh_from_db()
    assert resource.slug == "us-how-duties-are-set"
    assert resource.status == Resource.Status.DRAFT
    assert resource.author == official
    assert resource.economy_codes == {"US"}
    assert resource.title == "How duties are set"
