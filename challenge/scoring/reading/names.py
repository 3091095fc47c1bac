"""Names of datasets, also as people write them."""

import re

from ..benchmark import Benchmark, Dataset

#: A resolution and a plus sign after a name, as in `pathmnist_224`, `pathmnist224`, `PathMNIST+` or `pathmnist_64.npz`.
_ADDITION = re.compile(r"[ _+-]*(?:[0-9]+(?:x[0-9]+|px)?)?\+?(?:\.npz)?\Z")

#: Characters such as a byte order mark or a zero-width space, and quotes that are not those of CSV.
_INVISIBLE_OR_QUOTE = re.compile(r"[^\t -~]|'")


def dataset_named(text: str, benchmark: Benchmark) -> Dataset | None:
    """Return the dataset that `text` means, in any case, in quotes or with a resolution; None if it is not one."""
    plain = _ADDITION.sub("", _INVISIBLE_OR_QUOTE.sub("", text).strip(" \t").lower(), count=1)
    return next((dataset for dataset in benchmark if dataset.name == plain), None)
