"""The portal's settings, quicker and without a mail server or a manifest of static files."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("SECURE_TRANSPORT", "false")
os.environ.setdefault("MAIL_VIEWER", "true")

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES, MEDIA_ROOT, STORAGES, TEMPLATES

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Each of the processes that test side by side counts its own files.
STORAGES["private"]["OPTIONS"]["location"] = MEDIA_ROOT / os.environ.get("PYTEST_XDIST_WORKER", "private")
# Tasks run in the test's own process after the commit hooks; failure tests start real workers.
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CACHES = {"default": {"BACKEND": "tests.counting.Cache"}}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = ""
WHITENOISE_AUTOREFRESH = True  # there are no collected files
THESAURUS_CHECK_SECONDS = 0  # each test has a database of its own, and asks it
PAGE_CACHE_SECONDS = (
    0  # pages are kept in tests/portal/test_pagecache.py alone: elsewhere data changes behind the verbs
)
# What pages count is kept as on the portal, and counted anew after each write (tests/counting.py).
BUNDLE_SECONDS = 0  # each change is told at once; tests/portal/notifications/test_bundling.py waits
DATABASES["default"]["ENGINE"] = "tests.database"
# Each test process begins with a copy of a database that has the tables (tests/servers.py).
if template := os.environ.get("TEST_DATABASE_TEMPLATE"):
    DATABASES["default"].setdefault("TEST", {})["TEMPLATE"] = template
