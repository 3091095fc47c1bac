"""Log lines: where they go, as plain text or as JSON with the numbers of request, task and submission."""

from typing import Any

# They log every step of every figure, and their warnings repeat failures that our code logs in one line.
QUIET = {"kaleido": {"level": "ERROR"}, "choreographer": {"level": "ERROR"}}


def to_console(level: str, *, as_json: bool = False) -> dict[str, Any]:
    """Return the settings that print lines from a level on, with their time, to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": _json() if as_json else _plain()},
        "filters": {"outages": {"()": "bigsite.outages.OneLine"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["outages"]}
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": QUIET,
    }


def _plain() -> dict[str, Any]:
    return {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}


def _json() -> dict[str, Any]:
    """Return a formatter of JSON, for lines of structlog and of Python's logging, with what is bound to the context."""
    import structlog  # only sites with JSON logs need it

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": shared,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    }
