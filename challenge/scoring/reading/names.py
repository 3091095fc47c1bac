"""Names of datasets, also as people write them."""

import re

from ..benchmark import Benchmark, Dataset

#: A resolution and a plus sign after a name, as in `pathmnist_224`, `pathmnist224`, `PathMNIST+` or `pathmnist_64.npz`.
_ADDITION = re.compile(r"[ _+-]*(?:[0-9]+(?:x[0-9]+|px)?)?\+?(?:\.npz)?\Z")


def dataset_named(text: str, benchmark: Benchmark) -> Dataset | None:
    """Return the dataset that `text` means, in any case and with a resolution; None if it is not one."""
    plain = _ADDITION.sub("", text.strip(" \t").lower(), count=1)
    return next((dataset for dataset in benchmark if dataset.name == plain), None)
