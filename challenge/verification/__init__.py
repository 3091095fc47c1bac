"""Scores of a submission file by the field's own code: pandas, scikit-learn and the evaluator of medmnist.

It shares no code with the site's scorer, except the list of datasets. A mistake in the one is therefore seen in the
other. It uses no Django, and runs in a process of its own: `python -m challenge.verification FILE LABELS`.
"""

from functools import cache
from importlib.util import find_spec


@cache
def is_installed() -> bool:
    """Return whether the libraries are installed (`requirements/verify.txt`); it imports none of them."""
    return all(find_spec(library) for library in ("pandas", "sklearn"))
