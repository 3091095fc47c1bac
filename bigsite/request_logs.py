"""Lines of JSON for each request and task, with numbers to search for; only used with `LOG_FORMAT=json`."""

from typing import Any

import structlog
from django.apps import apps
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django_structlog.celery import signals
from django_structlog.middlewares import RequestMiddleware


class RequestLogMiddleware(RequestMiddleware):
    """Middleware that binds a number to each request; its lines name the route, not the address.

    Addresses can hold secrets: the key of a new password, or the token of a link in a mail.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return the method and the route, and bind the number of the submission."""
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return f"{request.method} (no such page)"
        if match.route.startswith(("submissions/", "api/v1/submissions/")):
            number = next((value for value in match.kwargs.values() if isinstance(value, int)), None)
            if number is not None:
                structlog.contextvars.bind_contextvars(submission_id=number)
        return f"{request.method} /{match.route}"


@receiver(signals.bind_extra_task_metadata)
def bind_the_numbers(task: Any, **kwargs: Any) -> None:
    """Bind the numbers that a task got, by the names of its arguments, and the number of the submission."""
    code = task.run.__code__
    numbers = dict(zip(code.co_varnames[: code.co_argcount], task.request.args, strict=False))
    if "evaluation_id" in numbers:
        evaluations = apps.get_model("challenge", "Evaluation").objects.filter(pk=numbers["evaluation_id"])
        numbers["submission_id"] = evaluations.values_list("submission_id", flat=True).first()
    structlog.contextvars.bind_contextvars(**numbers)
