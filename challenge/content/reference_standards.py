"""How the labels of each dataset were made, for the design of the challenge.

From `medmnist.INFO` (medmnist 3.0.2), section 4.1 of Bachmeier (2024) and the papers of the sources; where
these do not tell, the text says no more than that the source gives the labels.
"""

_ORGANS = "Organ names follow from bounding boxes of 11 organs, which another study drew on the same scans."

REFERENCE_STANDARDS = {
    "pathmnist": "Regions of a single tissue were outlined by hand on the slides; a patch has its region's class.",
    "chestmnist": "Findings mined from the text of radiology reports; the images were not read for this purpose.",
    "dermamnist": "More than half confirmed by histopathology, the others by follow-up, expert consensus or "
    "in-vivo confocal microscopy.",
    "octmnist": "Diagnoses as given with the source.",
    "pneumoniamnist": "Pneumonia or normal, as given with the source.",
    "retinamnist": "Grades of diabetic retinopathy on the International Clinical scale, as given with the source.",
    "breastmnist": "Normal, benign or malignant, as given with the source; MedMNIST joins normal and benign.",
    "bloodmnist": "Annotated by clinical pathologists.",
    "tissuemnist": "Categories of cells as given with the source.",
    "organamnist": _ORGANS,
    "organcmnist": _ORGANS,
    "organsmnist": _ORGANS,
}
