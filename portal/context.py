"""What every page shows around its content."""

from django.conf import settings
from django.utils import timezone
from django.urls import translate_url

from portal.languages import Language


def page(request):
    """Site name, the language links (same page, other language) and the reader's time zone."""
    return {
        "site_name": settings.SITE_NAME,
        "page_languages": [
            {"code": code, "name": name, "url": translate_url(request.get_full_path(), code)}
            for code, name in Language.choices
        ],
        "reader_time_zone": timezone.get_current_timezone_name(),
        "shows_mailbox": settings.MAIL_VIEWER,
    }
