"""What a visitor is told when Redis or the mail server is away."""

import pytest
from django.urls import reverse

from tests.journeys.conftest import PASSWORD, give_password

pytestmark = pytest.mark.django_db

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@pytest.fixture
def without_redis(settings):
    settings.CACHES = {"default": {"BACKEND": "portal.rediscache.RedisCache", "LOCATION": NOBODY_LISTENS}}


@pytest.fixture
def without_mail_server(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


@pytest.mark.parametrize(
    "name", ["home", "resources:resource-list", "dialogues:dialogue-list", "partners:request-list"]
)
def test_reading_works_without_redis(client, without_redis, name):
    assert client.get(reverse(name)).status_code == 200


def test_signing_in_stays_closed_without_redis_and_says_so(client, without_redis, sme):
    give_password(sme)
    response = client.post(reverse("account_login"), {"login": sme.email, "password": PASSWORD})

    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert "Wait a minute, then try again" in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_reset_that_cannot_be_mailed_says_so_and_is_no_server_error(client, without_mail_server, sme):
    give_password(sme)
    response = client.post(reverse("account_reset_password"), {"email": sme.email})

    assert response.status_code == 503
    assert "Wait a minute, then try again" in response.content.decode()
