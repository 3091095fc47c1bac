"""Kinds of images in the benchmark, and choices of datasets that readers often ask for."""

from collections.abc import Mapping

from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset

Datasets = tuple[Dataset, ...]

#: Words of the datasets' modalities, by kind of image; each dataset has words of one kind.
_WORDS = {
    "Microscopy": {"microscope", "pathology"},
    "X-ray": {"X-ray"},
    "CT": {"CT"},
    "Retina": {"OCT", "Fundus"},
    "Skin": {"Dermatoscopy"},
    "Ultrasound": {"ultrasound"},
}


def _with_words(words: set[str]) -> Datasets:
    return tuple(d for d in MEDMNIST_PLUS if words & set(d.modality.replace(",", "").split()))


#: Datasets by kind of image.
MODALITIES: Mapping[str, Datasets] = {kind: _with_words(words) for kind, words in _WORDS.items()}

_ORGANS = next(
    tuple(MEDMNIST_PLUS.datasets[place] for place in b) for b in MEDMNIST_PLUS.blocks if len(b) > 1
)

#: Choices of datasets by name: some that readers ask for, then each kind of image.
SUGGESTIONS: Mapping[str, Datasets] = {
    "The three organ sets": _ORGANS,
    "X-ray and CT": MODALITIES["X-ray"] + MODALITIES["CT"],
    **{kind: datasets for kind, datasets in MODALITIES.items() if datasets != _ORGANS},
}
