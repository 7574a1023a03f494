"""Where django-allauth meets our users: their language, and where they go next."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import translate_url

from portal.accounts import welcome
from portal.accounts.models import User
from portal.accounts.reading import address_in, remember_language
from portal.languages import reading_as


class AccountAdapter(DefaultAccountAdapter):
    """Mails in the recipient's language; after signing in her own desk in her own language."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The welcome step while it is due, else the desk; ``next`` has been honoured before this is asked."""
        return address_in(request.user.language, "welcome" if welcome.is_due(request.user) else "desk")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        return remember_language(response, user.language)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send at once, outside the outbox: the reader waits for this very mail, and the codes and links in
        it are secrets that belong in no table. In her language, if we know her; else in the page's.
        """
        context = context | {
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
            "recipient": _owner(email),
        }
        reader = context["recipient"]
        if reader is None:
            super().send_mail(template_prefix, email, context)
            return
        context = _translated(context, reader.language)
        with reading_as(reader):
            super().send_mail(template_prefix, email, context)


def _owner(email: str) -> User | None:
    return User.objects.filter(emailaddress__email__iexact=email).order_by("-emailaddress__verified", "pk").first()


def _translated(context: dict[str, Any], language: str) -> dict[str, Any]:
    """The links in the reader's language too."""
    return {
        key: translate_url(value, language) if key.endswith("_url") and key != "site_url" else value
        for key, value in context.items()
    }
