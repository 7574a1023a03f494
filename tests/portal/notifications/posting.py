"""A worker, as far as webhooks go: run as ``python -m tests.portal.notifications.posting``, posts what is due."""

import django

django.setup()

from portal.notifications.posting import post_due  # noqa: E402

if __name__ == "__main__":
    post_due()
