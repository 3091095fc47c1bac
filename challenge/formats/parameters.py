"""Parameters of addresses."""

from collections.abc import Mapping

from django.http import QueryDict


def parameters(values: Mapping[str, object]) -> QueryDict:
    """Return values as parameters of an address, for the template tag `querystring`; a list has its name repeated."""
    query = QueryDict(mutable=True)
    for name, value in values.items():
        query.setlist(name, list(map(str, value)) if isinstance(value, list) else [str(value)])
    return query
