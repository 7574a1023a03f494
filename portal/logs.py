"""Log lines for people when DEBUG, JSON for machines otherwise."""

import logging

import structlog


def formatter() -> logging.Formatter:
    """The formatter that ``settings.LOGGING`` names."""
    from django.conf import settings  # noqa: PLC0415 -- logging is configured while settings load

    renderer = structlog.dev.ConsoleRenderer() if settings.DEBUG else structlog.processors.JSONRenderer()
    return structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
        ],
    )
