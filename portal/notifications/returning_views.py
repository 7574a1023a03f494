"""Where mail providers tell what became of our mails."""

import binascii
import logging
from base64 import b64decode

from anymail import urls as provider_urls
from anymail.exceptions import AnymailConfigurationError, AnymailError
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.notifications import returning

logger = logging.getLogger(__name__)

_SUFFIX = "_tracking_webhook"
#: The library's own readers: each knows one provider's signature and the form of its events.
PROVIDERS = {
    pattern.name.removesuffix(_SUFFIX): pattern.callback.view_class
    for pattern in provider_urls.urlpatterns
    if pattern.name.endswith(_SUFFIX)
}


# Providers have no cookie and no CSRF token. What they know is the secret, and most sign as well.
@csrf_exempt
@never_cache
@require_POST
def mail_events(request: HttpRequest, provider: str) -> HttpResponse:
    """All events of one call, or none: what failed is told again by the provider.

    404 for a provider that nobody knows or nobody set up, 403 for a wrong secret or signature, 400 for what cannot
    be read.
    """
    secrets = settings.ANYMAIL.get("WEBHOOK_SECRET")
    if not secrets or provider not in PROVIDERS:
        raise Http404
    if not any(constant_time_compare(_basic_auth(request), secret) for secret in secrets):
        return HttpResponseForbidden("wrong secret", content_type="text/plain")
    try:
        with transaction.atomic():
            reader = PROVIDERS[provider]()
            reader.run_validators(request)
            for event in reader.parse_events(request):
                returning.take_note(event)
    except AnymailConfigurationError as error:
        # Its signing key is missing, say: for the operator to mend, and nothing for a stranger to see.
        logger.error("events of a mail provider are not taken", extra={"provider": provider, "error": str(error)})  # noqa: TRY400 -- says it all
        raise Http404 from error
    except SuspiciousOperation:
        return HttpResponseForbidden("wrong signature", content_type="text/plain")
    except (ValueError, KeyError, TypeError, AttributeError, AnymailError) as error:
        logger.warning("events of a mail provider cannot be read", extra={"provider": provider, "error": repr(error)})
        return HttpResponseBadRequest("cannot be read", content_type="text/plain")
    return HttpResponse("noted", content_type="text/plain")


def _basic_auth(request: HttpRequest) -> str:
    """``user:password`` of the request; empty without one."""
    scheme, _blank, coded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(coded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
