"""Numbers of submissions and groups, which their addresses show."""

import secrets

from django.db.models import Model

#: Numbers with six digits; rows of versions that counted from 1 keep theirs.
FIRST, LAST = 100_000, 999_999


def unused_number(model: type[Model]) -> int:
    """Return a random number that no row of the model has.

    Consecutive numbers would date an anonymous entry by its neighbours, to the hour and less.
    """
    while True:
        number = FIRST + secrets.randbelow(LAST - FIRST + 1)
        if not model._default_manager.filter(pk=number).exists():
            return number
