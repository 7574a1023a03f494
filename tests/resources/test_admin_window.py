import pytest
from django.urls import reverse

from resources.models import Resource
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


def test_administrators_see_every_resource_in_the_admin_and_change_none_of_its_text_there(client, administrator):
    resource = ResourceFactory(published=True, title_en="Customs guide")
    client.force_login(administrator)
    page = reverse("admin:resources_resource_change", args=[resource.pk])
    response = client.get(page)
    assert response.status_code == 200
    assert "Customs guide" in response.text
    assert 'name="title_en"' not in response.text
    assert client.post(page, {"title_en": "Slipped past the verbs"}).status_code == 403
    assert client.get(reverse("admin:resources_resource_add")).status_code == 403
    assert (
        client.post(reverse("admin:resources_resource_delete", args=[resource.pk]), {"post": "yes"}).status_code == 403
    )
    assert Resource.objects.get().title_en == "Customs guide"


def test_the_admin_list_opens(client, administrator):
    ResourceFactory(published=True, title_en="Customs guide")
    client.force_login(administrator)
    assert "Customs guide" in client.get(reverse("admin:resources_resource_changelist")).text
