"""A bare Django: one view, no middleware, no database. What the portal's pages are measured beside."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], SECRET_KEY="bench")  # noqa: S106

urlpatterns = [path("", lambda request: HttpResponse("hello"))]
application = get_wsgi_application()
