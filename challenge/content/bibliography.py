"""Works that the pages cite, by their keys in `references.json`.

That file is the only source of the keys and fields of works. Migrations load it into the table of references, which
organizers edit. Pages read the table; if a work is not in the table, they read it from the file.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from challenge.models import Reference

_FILE = Path(__file__).parent / "references.json"

#: Works on MedMNIST: the files, and the papers on the second and the first version.
MEDMNIST_PLUS_RECORD = "yang2024medmnistplus"
MEDMNIST_V2 = "yang2023medmnist"
MEDMNIST_V1 = "yang2021medmnist"


@lru_cache(maxsize=1)
def shipped_works() -> Mapping[str, dict[str, Any]]:
    """Return the fields of each work in `references.json`, by key."""
    return {fields["key"]: fields for fields in json.loads(_FILE.read_text(encoding="utf-8"))}


def works_by_key(keys: Iterable[str]) -> dict[str, Reference]:
    """Return the works of these keys in their order, without duplicates, with one query.

    Raises KeyError if a key is neither in the table nor in the file.
    """
    wanted = list(dict.fromkeys(keys))
    listed = {work.key: work for work in Reference.objects.filter(key__in=wanted)}
    return {key: listed.get(key) or Reference(**shipped_works()[key]) for key in wanted}
