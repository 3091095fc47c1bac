"""The 12 MedMNIST+ 2D datasets: tasks, classes and sizes of the test splits.

Callers pass a `Benchmark` in; no scoring code reads a global. Tests can therefore run the whole scoring core on a
benchmark of a few rows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum


class Task(str, Enum):  # noqa: UP042 - the participants' package runs on Python 3.10, which has no StrEnum
    """The four kinds of task in MedMNIST+."""

    __str__ = str.__str__

    BINARY = "binary"
    MULTICLASS = "multi-class"
    ORDINAL = "ordinal"
    MULTILABEL = "multi-label"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset of a benchmark; `classes` are in the order of the probabilities p0, p1, ..."""

    name: str
    title: str
    modality: str
    task: Task
    classes: tuple[str, ...]
    n_test: int
    #: Name of the source that several datasets share; empty if no other dataset has the same source.
    source: str = ""
    #: True for a dataset of a phase whose labels only the organizers have.
    is_withheld: bool = False

    @property
    def n_classes(self) -> int:
        """Number of classes (or labels, if multi-label), and of probabilities in a row."""
        return len(self.classes)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A collection of datasets that are scored together, in their official order."""

    name: str
    datasets: tuple[Dataset, ...]
    resolutions: tuple[int, ...]

    def __iter__(self) -> Iterator[Dataset]:
        return iter(self.datasets)

    def __getitem__(self, name: str) -> Dataset:
        for dataset in self.datasets:
            if dataset.name == name:
                return dataset
        raise KeyError(name)

    def with_withheld(self, datasets: Iterable[Dataset]) -> "Benchmark":
        """Return the benchmark with further datasets, which are withheld; itself if there are none."""
        further = tuple(datasets)
        if not further:
            return self
        return Benchmark(
            f"{self.name} and {len(further)} withheld", self.datasets + further, self.resolutions
        )

    @property
    def withheld(self) -> tuple[bool, ...]:
        """True for each dataset that is withheld."""
        return tuple(dataset.is_withheld for dataset in self.datasets)

    @property
    def has_withheld(self) -> bool:
        """True if some datasets are withheld."""
        return any(self.withheld)

    @property
    def n_datasets(self) -> int:
        """Number of datasets; all have the same weight in a mean."""
        return len(self.datasets)

    @property
    def n_rows(self) -> int:
        """Number of rows of a submission: the test images of all datasets."""
        return sum(dataset.n_test for dataset in self.datasets)

    @property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Places of the datasets, those of one source together: the independent blocks of a test over datasets."""
        found: dict[str, list[int]] = {}
        for place, dataset in enumerate(self.datasets):
            found.setdefault(dataset.source or dataset.name, []).append(place)
        return tuple(map(tuple, found.values()))

    @property
    def max_classes(self) -> int:
        """Number of probability columns in a submission."""
        return max(dataset.n_classes for dataset in self.datasets)


_ORGANS = (
    "bladder", "femur-left", "femur-right", "heart", "kidney-left", "kidney-right",
    "liver", "lung-left", "lung-right", "pancreas", "spleen",
)  # fmt: skip

#: The three organ sets are views of the same scans, so their scores and ranks are not independent.
_CT_SCANS = "CT scans of LiTS"

#: Sizes, tasks and classes equal `medmnist.INFO` (medmnist 3.0.2); a test compares them.
MEDMNIST_PLUS = Benchmark(
    name="MedMNIST+ 2D",
    resolutions=(28, 64, 128, 224),
    datasets=(
        Dataset(
            "pathmnist", "PathMNIST", "Colon pathology", Task.MULTICLASS,
            (
                "adipose", "background", "debris", "lymphocytes", "mucus", "smooth muscle",
                "normal colon mucosa", "cancer-associated stroma",
                "colorectal adenocarcinoma epithelium",
            ),
            7180,
        ),
        Dataset(
            "chestmnist", "ChestMNIST", "Chest X-ray", Task.MULTILABEL,
            (
                "atelectasis", "cardiomegaly", "effusion", "infiltration", "mass", "nodule",
                "pneumonia", "pneumothorax", "consolidation", "edema", "emphysema", "fibrosis",
                "pleural", "hernia",
            ),
            22433,
        ),
        Dataset(
            "dermamnist", "DermaMNIST", "Dermatoscopy", Task.MULTICLASS,
            (
                "actinic keratoses and intraepithelial carcinoma", "basal cell carcinoma",
                "benign keratosis-like lesions", "dermatofibroma", "melanoma", "melanocytic nevi",
                "vascular lesions",
            ),
            2005,
        ),
        Dataset(
            "octmnist", "OCTMNIST", "Retinal OCT", Task.MULTICLASS,
            ("choroidal neovascularization", "diabetic macular edema", "drusen", "normal"),
            1000,
        ),
        Dataset(
            "pneumoniamnist", "PneumoniaMNIST", "Chest X-ray", Task.BINARY,
            ("normal", "pneumonia"),
            624,
        ),
        Dataset(
            "retinamnist", "RetinaMNIST", "Fundus camera", Task.ORDINAL,
            ("0", "1", "2", "3", "4"),
            400,
        ),
        Dataset(
            "breastmnist", "BreastMNIST", "Breast ultrasound", Task.BINARY,
            ("malignant", "normal, benign"),
            156,
        ),
        Dataset(
            "bloodmnist", "BloodMNIST", "Blood cell microscope", Task.MULTICLASS,
            (
                "basophil", "eosinophil", "erythroblast",
                "immature granulocytes(myelocytes, metamyelocytes and promyelocytes)",
                "lymphocyte", "monocyte", "neutrophil", "platelet",
            ),
            3421,
        ),
        Dataset(
            "tissuemnist", "TissueMNIST", "Kidney cortex microscope", Task.MULTICLASS,
            (
                "Collecting Duct, Connecting Tubule", "Distal Convoluted Tubule",
                "Glomerular endothelial cells", "Interstitial endothelial cells", "Leukocytes",
                "Podocytes", "Proximal Tubule Segments", "Thick Ascending Limb",
            ),
            47280,
        ),
        Dataset("organamnist", "OrganAMNIST", "Abdominal CT, axial", Task.MULTICLASS, _ORGANS, 17778, _CT_SCANS),
        Dataset("organcmnist", "OrganCMNIST", "Abdominal CT, coronal", Task.MULTICLASS, _ORGANS, 8216, _CT_SCANS),
        Dataset("organsmnist", "OrganSMNIST", "Abdominal CT, sagittal", Task.MULTICLASS, _ORGANS, 8827, _CT_SCANS),
    ),
)  # fmt: skip
