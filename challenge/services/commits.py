"""Work outside the database that follows a change."""

from collections.abc import Callable

from django.db import transaction


def try_after_commit(work: Callable[..., object], *args: object, **options: object) -> None:
    """Call a function once the change is committed; a failure is logged, and the other calls still follow."""

    def call() -> None:  # Django names the function in its log, and a partial has no name
        work(*args, **options)

    transaction.on_commit(call, robust=True)
