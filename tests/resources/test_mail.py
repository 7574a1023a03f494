import pytest
from django.core import mail

from portal.notifications.delivery import deliver_due
from resources import publishing
from tests.factories.resources import texts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "zh-hant", "es", "fr"])
def test_every_step_reaches_those_it_concerns_in_their_language(official, colleague, language):
    for person in (official, colleague):
        person.language = language
        person.save(update_fields=["language"])
    resource = publishing.draft(by=official, **texts(title_en="Duties & taxes"))
    publishing.submit(resource, by=official)
    publishing.send_back(resource, reason="Name the <form>.", by=colleague)
    publishing.submit(resource, by=official)
    publishing.publish(resource, by=colleague)
    publishing.withdraw(resource, reason="It has ended.", by=colleague)
    deliver_due()
    assert [message.to for message in mail.outbox] == [
        [f"Carla Colleague <{colleague.email}>"],
        [f"Olivia Official <{official.email}>"],
        [f"Carla Colleague <{colleague.email}>"],
        [f"Olivia Official <{official.email}>"],
        [f"Olivia Official <{official.email}>"],
    ]
    assert all("Duties & taxes" in message.subject for message in mail.outbox)
    assert all(f"/{language}/resources/{resource.slug}/" in message.body for message in mail.outbox)
    sent_back = mail.outbox[1]
    assert "Name the <form>." in sent_back.body
    assert "Name the &lt;form&gt;." in sent_back.alternatives[0].content
