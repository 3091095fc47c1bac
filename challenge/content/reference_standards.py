"""Origin of the labels of each dataset, for the design of the challenge.

The facts come from `medmnist.INFO` (medmnist 3.0.2), section 4.1 of Bachmeier (2024) and the works named with each
text. If these do not say more, the text only says that the labels come with the source.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReferenceStandard:
    """Origin of a dataset's labels; `works` are keys of the works that describe it."""

    text: str
    works: tuple[str, ...] = ()


_ORGANS = ReferenceStandard(
    "Organ names follow from bounding boxes of 11 organs, which another study drew on the same scans.",
    ("xu2019efficient",),
)

REFERENCE_STANDARDS = {
    "pathmnist": ReferenceStandard(
        "Regions of a single tissue were outlined by hand on the slides; a patch has its region's class.",
        ("kather2019predicting",),
    ),
    "chestmnist": ReferenceStandard(
        "Findings extracted from radiology reports by text mining; nobody read the images for this purpose.",
        ("wang2017chestxray",),
    ),
    "dermamnist": ReferenceStandard(
        "More than half confirmed by histopathology, the others by follow-up, expert consensus or in-vivo confocal "
        "microscopy.",
        ("tschandl2018ham10000",),
    ),
    "octmnist": ReferenceStandard(
        "Each image started with the patient's latest diagnosis. Several tiers of graders of growing expertise "
        "checked and corrected it.",
        ("kermany2018identifying",),
    ),
    "pneumoniamnist": ReferenceStandard(
        "Two expert physicians graded the X-rays. A third expert checked the evaluation set.",
        ("kermany2018identifying",),
    ),
    "retinamnist": ReferenceStandard(
        "Grades of diabetic retinopathy on the International Clinical scale, one for each eye, as given with the "
        "source.",
        ("liu2022deepdrid",),
    ),
    "breastmnist": ReferenceStandard(
        "Normal, benign or malignant, as given with the source; MedMNIST combines normal and benign.",
        ("aldhabyani2020dataset",),
    ),
    "bloodmnist": ReferenceStandard("Annotated by clinical pathologists.", ("acevedo2020dataset",)),
    "tissuemnist": ReferenceStandard(
        "Assigned by an unsupervised analysis of the stained tissue in 3D (tissue cytometry), not by eye.",
        ("woloshuk2021situ",),
    ),
    "organamnist": _ORGANS,
    "organcmnist": _ORGANS,
    "organsmnist": _ORGANS,
}
