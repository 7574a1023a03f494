"""The composition root: with ``portal/home.py`` the only module that sees every app."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path

from dialogues.sitemaps import DialoguePages, IssuePages, SessionPages
from partners.sitemaps import RequestPages, StoryPages
from portal import about, health, home, reader, sitemaps
from portal.notifications.returning_views import mail_events
from resources.sitemaps import ResourcePages

NAMED_PAGES = (
    "home",
    "resources:resource-list",
    "dialogues:dialogue-list",
    "dialogues:issue-list",
    "partners:request-list",
    "partners:story-list",
    "partners:company-list",
    "partners:organization-list",
    "focal:point-list",
    "agreements",
    "open-data",
    "accessibility",
    "contact",
)
SITEMAPS = {
    "pages": sitemaps.NamedPages(NAMED_PAGES),
    "resources": ResourcePages,
    "dialogues": DialoguePages,
    "sessions": SessionPages,
    "issues": IssuePages,
    "opportunities": RequestPages,
    "stories": StoryPages,
}

urlpatterns = [
    path("robots.txt", sitemaps.robots, name="robots"),
    path(
        "sitemap.xml",
        sitemap_views.index,
        {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap-section"},
        name="sitemap",
    ),
    path("sitemap-<slug:section>.xml", sitemap_views.sitemap, {"sitemaps": SITEMAPS}, name="sitemap-section"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("open-data/<slug:name>.json", about.dataset, name="dataset"),
    path("mail-events/<slug:provider>/", mail_events, name="mail-events"),
    path("admin/", admin.site.urls),
]
if settings.MAIL_VIEWER:
    urlpatterns.append(path("mail/", include("portal.mailbox")))

urlpatterns += i18n_patterns(
    path("", home.home, name="home"),
    path("desk/", home.desk, name="desk"),
    path("reading/", reader.reader_settings, name="reader-settings"),
    path("agreements/", about.agreements, name="agreements"),
    path("open-data/", about.open_data, name="open-data"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("contact/", about.contact, name="contact"),
    path("offices/", include("portal.focal.urls")),
    path("account/", include("allauth.urls")),
    path("", include("portal.accounts.urls")),
    path("notifications/", include("portal.notifications.urls")),
    path("resources/", include("resources.urls")),
    path("dialogues/", include("dialogues.urls")),
    path("", include("partners.urls")),  # /opportunities/ and /directory/
)
