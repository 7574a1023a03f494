import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from partners import attaching
from partners.models import PartnerRequest, RequestAttachment
from partners.models.requests import private_storage
from tests.factories.accounts import UserFactory
from tests.factories.partners import InterestFactory, PartnerRequestFactory

pytestmark = pytest.mark.django_db


def sheet(name="Mangos del Istmo.txt", content=b"Moisture: 14 %"):
    return SimpleUploadedFile(name, content, "text/plain")


def files_of(request):
    return list(RequestAttachment.objects.filter(request=request, removed_at=None))


@pytest.fixture
def draft(firm_mx, owner_mx, us):
    return PartnerRequestFactory(company=firm_mx, posted_by=owner_mx)


@pytest.fixture
def guarded(published, owner_mx):
    """A file beside a published request, for its two sides."""
    return attaching.attach(published, title="Price list", upload=sheet(), by=owner_mx)


def address(attachment):
    return reverse("partners:attachment-download", args=[attachment.request.slug, attachment.pk])


def test_a_draft_takes_a_file_for_everybody_and_is_another_text_then(draft, owner_mx):
    before = draft.version

    attachment = attaching.attach(draft, title="Photograph", upload=sheet(), is_public=True, by=owner_mx)

    assert attachment.is_public
    draft.refresh_from_db()
    assert draft.version != before


def test_nothing_of_the_firms_own_name_for_it_is_in_the_stored_name(draft, owner_mx):
    attachment = attaching.attach(draft, title="Photograph", upload=sheet(), by=owner_mx)

    assert "Istmo" not in attachment.file.name
    assert len(attachment.file.name.rpartition("/")[2]) == 43


def test_what_everybody_reads_is_not_added_after_the_review(published, owner_mx):
    with pytest.raises(ValidationError) as refusal:
        attaching.attach(published, title="Photograph", upload=sheet(), is_public=True, by=owner_mx)

    assert refusal.value.code == "reviewed"
    assert files_of(published) == []


@pytest.mark.parametrize(
    ("upload", "code"),
    [(("macro.exe", b"MZ"), "kind"), (("list.pdf", b"<html>"), "mismatch"), (("a.txt", b""), "empty")],
)
def test_a_file_is_looked_into_before_it_is_taken(draft, owner_mx, upload, code):
    with pytest.raises(ValidationError) as refusal:
        attaching.attach(draft, title="List", upload=sheet(*upload), by=owner_mx)

    assert refusal.value.code == code


def test_a_file_that_was_not_noted_is_not_left_on_the_disk(draft, owner_mx, settings):
    folders = private_storage()

    def stored():
        return (
            {name for _path, names in [folders.listdir("requests")] for name in names}
            if folders.exists("requests")
            else set()
        )

    before = stored()
    with pytest.raises(ValidationError):
        attaching.attach(draft, title="", upload=sheet(), by=owner_mx)

    assert stored() == before


def test_a_request_has_at_most_ten_files(draft, owner_mx):
    for number in range(attaching.MOST):
        attaching.attach(draft, title=f"Sheet {number}", upload=sheet(), by=owner_mx)

    with pytest.raises(ValidationError) as refusal:
        attaching.attach(draft, title="One more", upload=sheet(), by=owner_mx)
    assert refusal.value.code == "most"
    attaching.take_off(files_of(draft)[0], by=owner_mx)
    attaching.attach(draft, title="In its place", upload=sheet(), by=owner_mx)


def test_a_closed_request_takes_no_file(owner_mx, firm_mx, us):
    with pytest.raises(ValidationError) as refusal:
        attaching.attach(PartnerRequestFactory(closed=True, company=firm_mx), title="x", upload=sheet(), by=owner_mx)

    assert refusal.value.code == "closed"


def test_a_guarded_file_is_for_the_two_sides_of_an_accepted_interest(guarded, published, owner_mx, firm_us, owner_us):
    interest = InterestFactory(request=published, company=firm_us)
    closed, accepted = [404, 404, 404, 200], [404, 404, 200, 200]
    stranger = UserFactory(sme_in="US")

    def answers(user):
        client = Client()
        if user:
            client.force_login(user)
        response = client.get(address(guarded))
        if response.streaming:
            assert b"".join(response.streaming_content) == b"Moisture: 14 %"
        return response.status_code

    assert [answers(user) for user in (None, stranger, owner_us, owner_mx)] == closed
    interest.delete()
    InterestFactory(request=published, company=firm_us, status="accepted")
    assert [answers(user) for user in (None, stranger, owner_us, owner_mx)] == accepted


def test_the_page_names_a_guarded_file_to_nobody_else(guarded, published, owner_mx, owner_us):
    client = Client()
    assert "Price list" not in client.get(published.get_absolute_url()).content.decode()
    client.force_login(owner_us)
    assert "Price list" not in client.get(published.get_absolute_url()).content.decode()
    client.force_login(owner_mx)
    assert "Price list" in client.get(published.get_absolute_url()).content.decode()


def test_a_public_file_of_an_unnamed_firm_is_handed_out_under_another_name(draft, owner_mx, chamber_mx):
    attachment = attaching.attach(draft, title="Data sheet", upload=sheet(), is_public=True, by=owner_mx)
    PartnerRequest.objects.filter(pk=draft.pk).update(
        status="published", published_at="2026-01-01T00:00Z", chamber=chamber_mx
    )

    answer = Client().get(address(attachment))

    assert answer["Content-Disposition"] == 'attachment; filename="data-sheet.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-cache"
    assert b"".join(answer.streaming_content) == b"Moisture: 14 %"


def test_a_file_of_a_draft_is_not_read_by_visitors(draft, owner_mx):
    attachment = attaching.attach(draft, title="Data sheet", upload=sheet(), is_public=True, by=owner_mx)

    assert Client().get(address(attachment)).status_code == 404


def test_what_was_taken_off_is_read_by_nobody(guarded, owner_mx):
    client = Client()
    client.force_login(owner_mx)

    client.post(reverse("partners:attachment-off", args=[guarded.request.slug, guarded.pk]))

    assert client.get(address(guarded)).status_code == 404


def test_a_file_is_added_from_the_page_and_what_is_wrong_is_said_at_the_field(client, draft, owner_mx):
    client.force_login(owner_mx)
    add = reverse("partners:attachment-add", args=[draft.slug])

    wrong = client.post(add, {"title": "Sheet", "upload": sheet("list.pdf", b"<html>")})
    assert "upload" in wrong.context["form"].errors
    client.post(add, {"title": "Sheet", "upload": sheet(), "is_public": "on"})

    (attachment,) = files_of(draft)
    assert (attachment.title, attachment.is_public) == ("Sheet", True)


def test_the_other_side_adds_no_file(client, published, owner_us):
    client.force_login(owner_us)

    assert client.get(reverse("partners:attachment-add", args=[published.slug])).status_code == 403
