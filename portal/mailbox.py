"""The demonstration's mailbox page: django-mail-viewer in the portal's dress and under its policy.

Only there when ``settings.MAIL_VIEWER`` is on: it shows everybody's mail to anybody.
"""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.core import mail
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django_mail_viewer.views import EmailDetailView


@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "frame-ancestors": [SELF], "sandbox": True})
@xframe_options_sameorigin
def mail_html(request: HttpRequest, message_id: str) -> HttpResponse:
    """The HTML part as a mail program shows it: its own style sheet, no script, nothing fetched."""
    with mail.get_connection() as mailbox:
        message = mailbox.get_message(f"<{message_id}>")
    for part in message.walk() if message else ():
        if part.get_content_type() == "text/html":
            return HttpResponse(part.get_payload(decode=True))
    raise Http404


mail_detail = csp_update({"frame-src": [SELF]})(EmailDetailView.as_view())

urlpatterns = [
    path("html/<str:message_id>/", mail_html, name="mail-html"),
    # Before the library's own route, which it shadows: Message-IDs hold no slash, attachments' addresses do.
    path("message/<str:message_id>/", mail_detail, name="mail_viewer_detail"),
    path("", include("django_mail_viewer.urls")),
]
