"""URL parameters."""

from collections.abc import Mapping

from django.http import QueryDict


def parameters(values: Mapping[str, object]) -> QueryDict:
    """Return values as URL parameters for the template tag `querystring`; a list repeats its name."""
    query = QueryDict(mutable=True)
    for name, value in values.items():
        query.setlist(name, list(map(str, value)) if isinstance(value, list) else [str(value)])
    return query
