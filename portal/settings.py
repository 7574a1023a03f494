"""All settings, driven by the environment. DEBUG is the only mode switch.

Variables are listed in ``.env.example``. The demo command and the test session start their own
PostgreSQL and Redis and hand the addresses over in the environment; nothing here starts a process.
"""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from environs import Env
from kombu import Queue

# Read by numpy when it is first imported. The encoder of search is several times slower with more threads than one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)
VAR_DIR = Path(env.str("PORTAL_DATA_DIR", str(BASE_DIR / "var")))
# Written by a running demo, so that other commands find its servers; the environment wins over it.
env.read_env(VAR_DIR / "embedded.env", recurse=False)

DEBUG = env.bool("DEBUG", False)
# The demo serves plain http on this machine and shows outgoing mail on a page.
DEMO = env.bool("PORTAL_DEMO", False)
SECRET_KEY = env.str("SECRET_KEY", "insecure-for-development-only" if DEBUG else None)
# Earlier keys: what they signed or sealed still holds (docs/playbooks/deploy.md).
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
SITE_URL = env.str("SITE_URL", "http://localhost:8000").rstrip("/")
SITE_NAME = "SME Dialogue"
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "modeltranslation",  # before the admin, which it extends
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "template_partials",
    "lucide",
    "reversion",
    "portal",
    "portal.accounts",
    "portal.reference",
    "portal.focal",
    "portal.search",
    "portal.activity",
    "portal.notifications",
    "resources",
    "dialogues",
    "partners",
]

MIDDLEWARE = [
    # First: a kept page has all its headers already. Only https requests reach pages where https is demanded.
    "portal.pagecache.PageCacheMiddleware",
    "portal.memberpages.MemberPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.TextMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.ReaderMiddleware",
    "portal.mine.MineMiddleware",
    "portal.middleware.UnavailableMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.page",
                "portal.home.desk_count",
                "portal.memberpages.holes",
            ],
        },
    }
]
# An address typed without its scheme is https, as Django 6 has it.
FORMS_URLFIELD_ASSUME_HTTPS = True
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -----------------------------------------------------------------------------------
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL",
        "postgres:///portal",
        conn_max_age=env.int("DATABASE_CONN_MAX_AGE", 60),
        conn_health_checks=True,
    )
}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "portal.rediscache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "sme",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}
# How long a public page is kept for visitors; a change ends it at once (portal/pagecache.py). 0: never kept.
PAGE_CACHE_SECONDS = env.int("PAGE_CACHE_SECONDS", 60)
# How long every page may show the same counts to its reader: her desk, her unread messages. 0 counts anew each time.
COUNTS_CACHE_SECONDS = env.int("COUNTS_CACHE_SECONDS", 60)

# --- The way out (portal/outgoing.py) -----------------------------------------------------------
# Servers on 127.0.0.1 that may be asked although they are not public: for tests and development, never for real.
OUTGOING_LOOPBACK_PORTS = frozenset(env.list("OUTGOING_LOOPBACK_PORTS", [], subcast=int)) if DEBUG else frozenset()

# --- People ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "portal.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
# Only in the browser that signed up: the link alone signs nobody in.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
# Tell people by mail when their password, addresses or second factor changed.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SIGNUP_FORM_CLASS = "portal.accounts.forms.SignupForm"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO

# --- Languages and time ---------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文"), ("es", "Español"), ("fr", "Français")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en", "es", "fr", "zh-hant")
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", str(VAR_DIR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Uploads are handed out by views that ask who may read them, never by a web server from a folder.
MEDIA_ROOT = Path(env.path("MEDIA_ROOT", str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT / "private", "base_url": None, "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    },
}
# The largest file that may be uploaded; several of one request together may not be larger either.
UPLOAD_MAX_MB = env.int("UPLOAD_MAX_MB", 25)
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "portal.uploads.capping.CappedUploadHandler",
]
REFERENCE_DATA_DIR = BASE_DIR / "data"

# --- Mail -----------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "SME Dialogue <portal@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
# Shows everybody's mail to anybody: never where real people are.
MAIL_VIEWER = env.bool("MAIL_VIEWER", DEMO or DEBUG)
if MAIL_VIEWER:
    INSTALLED_APPS += ["django_mail_viewer", "django_mail_viewer.backends.database"]
    EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django_mail_viewer.backends.database.backend.EmailBackend")
else:
    EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
if email_url := env.str("EMAIL_URL", ""):
    _email = env.dj_email_url("EMAIL_URL")
    EMAIL_HOST = _email["EMAIL_HOST"]
    EMAIL_PORT = _email["EMAIL_PORT"]
    EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _email["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = _email["EMAIL_USE_SSL"]
# A mail provider's own interface and its word on bounces, by django-anymail: a variable ANYMAIL_X is its setting X
# (docs/playbooks/mail.md). Without ANYMAIL_WEBHOOK_SECRET no provider is listened to.
ANYMAIL = {name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")}
ANYMAIL |= {
    "WEBHOOK_SECRET": [one for one in env.list("ANYMAIL_WEBHOOK_SECRET", []) if one],
    "REQUESTS_TIMEOUT": (5, 10),  # a row is locked while its mail is on its way
    "IGNORE_UNSUPPORTED_FEATURES": True,  # most providers drop the calendar part; the attached one stays
}
# The most that all workers together send in any minute, as the mail provider allows; 0: no limit.
MAIL_PER_MINUTE = env.int("MAIL_PER_MINUTE", 0)

# --- Tasks ----------------------------------------------------------------------------------
# The values and their reasons are in docs/architecture.md ("Tasks"). No result backend: with one,
# a request that queues a task while Redis is down would block for seconds.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,  # longer than the task time limit, or tasks run twice
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "global_keyprefix": "sme:",
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
# A worker takes all of them unless it is told which: -Q urgent, -X urgent.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("celery", "urgent", "webhooks")]
CELERY_TASK_ROUTES = {
    "portal.notifications.tasks.deliver_urgent": {"queue": "urgent"},
    "portal.notifications.tasks.post_webhooks": {"queue": "webhooks"},
}
# Changes of one meeting within so many seconds become one mail; a cancellation goes at once. 0: each goes at once.
BUNDLE_SECONDS = env.int("BUNDLE_SECONDS", 15 if DEMO else 900)

CELERY_BEAT_SCHEDULE = {
    "sweep the outbox": {
        "task": "portal.notifications.tasks.deliver_due",
        "schedule": env.float("OUTBOX_SWEEP_SECONDS", 30.0),
        "options": {"expires": 30},  # sweeps must not pile up while no worker runs
    },
    "sweep urgent mail": {
        "task": "portal.notifications.tasks.deliver_urgent",
        "schedule": env.float("OUTBOX_SWEEP_SECONDS", 30.0),
        "options": {"expires": 30},
    },
    # Some times an hour, because it is morning somewhere, and some zones are off by half an hour.
    "send digests": {
        "task": "portal.notifications.tasks.send_digests",
        "schedule": env.float("DIGEST_SWEEP_SECONDS", 600.0),
        "options": {"expires": 600},
    },
    "forget addresses of what ended": {
        "task": "portal.notifications.tasks.erase_addresses",
        "schedule": 86_400.0,
        "options": {"expires": 86_400},
    },
    "match what went public with what people follow": {
        "task": "portal.notifications.tasks.match_news",
        "schedule": env.float("NEWS_SWEEP_SECONDS", 60.0),
        "options": {"expires": 60},
    },
    "post to webhooks": {
        "task": "portal.notifications.tasks.post_webhooks",
        "schedule": env.float("WEBHOOK_SWEEP_SECONDS", 30.0),
        "options": {"expires": 30},
    },
    "forget what was posted": {
        "task": "portal.notifications.tasks.forget_posted",
        "schedule": 86_400.0,
        "options": {"expires": 86_400},
    },
    "encode texts that no hint reached": {
        "task": "portal.search.tasks.embed_due",
        "schedule": env.float("EMBED_SWEEP_SECONDS", 300.0),
        "options": {"expires": 300},
    },
    "note which words the texts have": {
        "task": "portal.search.tasks.refresh_words",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # By the hour, because it is morning somewhere every hour.
    "remind of sessions": {
        "task": "dialogues.tasks.remind_of_sessions",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "remind of reviews": {
        "task": "resources.tasks.remind_of_reviews",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "count what the agreements' topics have": {
        "task": "resources.tasks.count_coverage",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "go on with files that are brought in": {
        "task": "resources.tasks.sweep_imports",
        "schedule": env.float("IMPORT_SWEEP_SECONDS", 60.0),
        "options": {"expires": 60},
    },
    "remind of issues that wait for an answer": {
        "task": "dialogues.tasks.remind_of_issues",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "remind of commitments": {
        "task": "dialogues.tasks.remind_of_commitments",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "remind of date polls": {
        "task": "dialogues.tasks.remind_of_polls",
        "schedule": env.float("POLL_SWEEP_SECONDS", 900.0),
        "options": {"expires": 900},
    },
    "give free places of sessions to who waits": {
        "task": "dialogues.tasks.fill_free_places",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "ask what became of introductions": {
        "task": "partners.tasks.ask_what_became",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "ask whether profiles still hold": {
        "task": "partners.tasks.keep_profiles",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "publish resources at their moment": {
        "task": "resources.tasks.publish_due",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "withdraw resources after their last day": {
        "task": "resources.tasks.expire_due",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "plan looks at links": {
        "task": "resources.tasks.plan_links",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "look at links": {
        "task": "resources.tasks.check_links",
        "schedule": env.float("LINK_CHECK_SECONDS", 60.0),
        "options": {"expires": 60},
    },
    "tell keepers of broken links": {
        "task": "resources.tasks.tell_broken_links",
        "schedule": 24 * 3600.0,
        "options": {"expires": 24 * 3600},
    },
    "compare names with screening lists": {
        "task": "partners.screening_tasks.screen_names",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "look at every name for screening": {
        "task": "partners.screening_tasks.note_all_names",
        "schedule": 24 * 3600.0,
        "options": {"expires": 24 * 3600},
    },
    "ask whether offices are still right": {
        "task": "portal.focal.tasks.remind_of_offices",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "go on with files that chambers bring in": {
        "task": "partners.tasks.sweep_firm_imports",
        "schedule": env.float("IMPORT_SWEEP_SECONDS", 60.0),
        "options": {"expires": 60},
    },
    "remind chambers of what they vouch for": {
        "task": "partners.tasks.keep_up_chambers",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "tell of requests that close within a week": {
        "task": "partners.tasks.tell_of_closing",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "match what no hint reached": {
        "task": "partners.tasks.match_due",
        "schedule": 300.0,
        "options": {"expires": 290},
    },
    "close what has run out among partners": {
        "task": "partners.tasks.expire_due",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}

# --- Security -------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_TRANSPORT = env.bool("SECURE_TRANSPORT", not (DEBUG or DEMO))
SESSION_ENGINE = "portal.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_TRANSPORT
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SECURE_TRANSPORT
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE_TRANSPORT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_TRANSPORT
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Attempts are counted per visitor. Without this all visitors would be one: the proxy. Only the addresses
    # that trusted proxies added count; what a client wrote before them is her own invention.
    ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 1)

# --- Logs -----------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "portal.logs.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
