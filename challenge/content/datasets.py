"""Descriptions of the datasets for the pages: sources, splits, cautions, classes in plain words, references.

Licences are those of `medmnist.INFO` (medmnist 3.0.2), which a test compares. The descriptions follow INFO and the
papers that are cited with them. Sizes, channels and files are in `challenge.medmnist.facts`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from challenge.medmnist.facts import FACTS, OfficialFile, official_files
from challenge.scoring.benchmark import MEDMNIST_PLUS, Dataset

LICENCES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-NC 4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A publication or a data record."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class AboutDataset:
    """One dataset, as its page presents it.

    Attributes:
        name: as in the benchmark.
        licence: a key of `LICENCES`.
        summary: what is pictured and asked for, in a sentence.
        images: where the images come from, and how large they were.
        splits: how the splits were made.
        cautions: what to know before drawing conclusions, a sentence or two each.
        meanings: of each class, in plain words; in the order of the classes.
        source: what the source dataset is called.
        references: its papers and records, the first to be cited first.

    """

    name: str
    licence: str
    summary: str
    images: str
    splits: str
    cautions: tuple[str, ...]
    meanings: tuple[str, ...]
    source: str
    references: tuple[Reference, ...]

    @property
    def dataset(self) -> Dataset:
        """What the scorer knows of it."""
        return MEDMNIST_PLUS[self.name]

    @property
    def n_train(self) -> int:
        """The number of training images."""
        return FACTS[self.name].n_train

    @property
    def n_val(self) -> int:
        """The number of validation images."""
        return FACTS[self.name].n_val

    @property
    def n_channels(self) -> int:
        """The number of channels: 1 is grey, 3 is colour."""
        return FACTS[self.name].n_channels

    @property
    def n_images(self) -> int:
        """The images of all three splits."""
        return self.n_train + self.n_val + self.dataset.n_test

    @property
    def licence_url(self) -> str:
        """The text of the licence."""
        return LICENCES[self.licence]

    @property
    def classes(self) -> Iterator[tuple[str, str, str]]:
        """Column, name and meaning of each class."""
        for number, (name, meaning) in enumerate(zip(self.dataset.classes, self.meanings, strict=True)):
            yield f"p{number}", name, meaning

    @property
    def downloads(self) -> tuple[OfficialFile, ...]:
        """The official files, by resolution."""
        return official_files(self.name)


MEDMNIST_V2 = Reference(
    "Yang, Shi, Wei, Liu, Zhao, Ke, Pfister, Ni: MedMNIST v2 – a large-scale lightweight benchmark for 2D and 3D "
    "biomedical image classification. Scientific Data 10, 41 (2023).",
    "https://doi.org/10.1038/s41597-022-01721-8",
)
MEDMNIST_V1 = Reference(
    "Yang, Shi, Ni: MedMNIST Classification Decathlon: a lightweight AutoML benchmark for medical image analysis. "
    "IEEE 18th International Symposium on Biomedical Imaging (ISBI), 191–195 (2021).",
    "https://doi.org/10.1109/ISBI48211.2021.9434062",
)
MEDMNIST_RECORD = Reference(
    "Yang, Shi, Wei, Liu, Zhao, Ke, Pfister, Ni: [MedMNIST+] 18x standardized datasets for 2D and 3D biomedical "
    "image classification with multiple size options: 28 (MNIST-like), 64, 128, and 224. Zenodo (2024).",
    "https://doi.org/10.5281/zenodo.10519652",
)

_KERMANY = (
    Reference(
        "Kermany, Goldbaum, Cai et al.: Identifying medical diagnoses and treatable diseases by image-based deep "
        "learning. Cell 172(5), 1122–1131 (2018).",
        "https://doi.org/10.1016/j.cell.2018.02.010",
    ),
    Reference(
        "Kermany, Zhang, Goldbaum: the data at Mendeley Data.", "https://doi.org/10.17632/rscbjbr9sj.3"
    ),
)

_ORGANS = (
    "urinary bladder", "left thigh bone", "right thigh bone", "heart", "left kidney", "right kidney",
    "liver", "left lung", "right lung", "pancreas", "spleen",
)  # fmt: skip


def _organs(name: str, *, view: str, printed: str) -> AboutDataset:
    """One of the three datasets that show the same CT scans in different planes."""
    return AboutDataset(
        name=name,
        licence="CC BY 4.0",
        summary=f"Eleven organs and bones, each cut out of CT scans of the trunk in {view} view.",
        images=(
            "The scans are those of the Liver Tumor Segmentation Benchmark (LiTS), which seven clinical institutions "
            "in Germany, the Netherlands, Canada, Israel and France contributed to. Bounding boxes from another "
            f"study mark the organs; the {view} slice through the centre of each box is an image. Hounsfield units "
            "became shades of grey by an abdominal window."
        ),
        splits=(
            "By scan: 115 scans of LiTS's training set are the training split, 16 are the validation split, and "
            "the 70 scans of its test set are the test split."
        ),
        cautions=(
            "OrganAMNIST, OrganCMNIST and OrganSMNIST show the same scans in axial, coronal and sagittal view. "
            "Their splits hold the same scans, so no test scan is seen in training, but their three scores are "
            "not independent of each other.",
            f"Older documents, the thesis behind this benchmark among them, print {printed} images for training, "
            "validation and test. Release 2.2.4 of medmnist removed a small number of blank images; the sizes here "
            "are those of today's official files, which entries are scored on.",
        ),
        meanings=_ORGANS,
        source="Liver Tumor Segmentation Benchmark (LiTS)",
        references=(
            Reference(
                "Bilic, Christ, Li et al.: The Liver Tumor Segmentation Benchmark (LiTS). Medical Image Analysis "
                "84, 102680 (2023).",
                "https://doi.org/10.1016/j.media.2022.102680",
            ),
            Reference(
                "Xu, Zhou, Liu, Fu, Bai: Efficient multiple organ localization in CT image using 3D region proposal "
                "network. IEEE Transactions on Medical Imaging 38(8), 1885–1898 (2019): the bounding boxes.",
                "https://doi.org/10.1109/TMI.2019.2894854",
            ),
        ),
    )


_ALL = (
    AboutDataset(
        name="pathmnist",
        licence="CC BY 4.0",
        summary="Patches of colorectal tissue under the microscope, to be sorted into nine kinds of tissue.",
        images=(
            "107,180 patches of slides stained with haematoxylin and eosin, 224 × 224 pixels in colour, collected to "
            "predict the survival of patients with colorectal cancer. Those for training do not overlap; they come "
            "from the National Center for Tumor Diseases in Heidelberg and the University Medical Center Mannheim."
        ),
        splits=(
            "The 100,000 patches of NCT-CRC-HE-100K were divided 9 : 1 into training and validation. The 7,180 "
            "patches of CRC-VAL-HE-7K, from another clinical centre, are the test split."
        ),
        cautions=(
            "Test images come from another centre than those for training and validation: a validation score need "
            "not carry over to the test split.",
        ),
        meanings=(
            "fat tissue",
            "no tissue",
            "dead cells and remains of tissue",
            "aggregates of white blood cells",
            "secretion of the glands of the colon",
            "muscle of the wall of the colon",
            "healthy lining of the colon",
            "connective tissue around the tumour",
            "tumour cells",
        ),
        source="NCT-CRC-HE-100K and CRC-VAL-HE-7K",
        references=(
            Reference(
                "Kather, Krisam, Charoentong et al.: Predicting survival from colorectal cancer histology slides using "
                "deep learning: a retrospective multicenter study. PLoS Medicine 16(1), e1002730 (2019).",
                "https://doi.org/10.1371/journal.pmed.1002730",
            ),
            Reference(
                "Kather, Halama, Marx: 100,000 histological images of human colorectal cancer and healthy tissue. "
                "Zenodo (2018).",
                "https://doi.org/10.5281/zenodo.1214456",
            ),
        ),
    ),
    AboutDataset(
        name="chestmnist",
        licence="CC BY 4.0",
        summary="Frontal chest X-rays, with the presence or absence of fourteen findings to be told for each.",
        images=(
            "112,120 grey images of 30,805 patients from the NIH Clinical Center (NIH ChestX-ray14), 1,024 × 1,024 "
            "pixels. The findings were mined from the text of the radiology reports."
        ),
        splits="The official split of the source is used.",
        cautions=(
            "Multi-label: an image may show several findings or none, so the fourteen probabilities of a row are "
            "independent of each other and need not sum to 1.",
            "The labels were mined from text, not set by looking at the images, and are wrong for some of them.",
        ),
        meanings=(
            "collapse of a part of the lung",
            "enlarged heart",
            "fluid between lung and chest wall",
            "hazy density within the lung",
            "round opacity of more than 3 cm",
            "round opacity of up to 3 cm",
            "inflammation of the lung by an infection",
            "air between lung and chest wall",
            "air spaces filled by fluid or cells",
            "fluid in the tissue of the lung",
            "air spaces enlarged, their walls destroyed",
            "scarred tissue of the lung",
            "thickening of the pleura, the lining of lung and chest wall",
            "an organ displaced through the diaphragm",
        ),
        source="NIH ChestX-ray14",
        references=(
            Reference(
                "Wang, Peng, Lu, Lu, Bagheri, Summers: ChestX-ray8: hospital-scale chest X-ray database and benchmarks "
                "on weakly-supervised classification and localization of common thorax diseases. IEEE Conference on "
                "Computer Vision and Pattern Recognition (CVPR), 3462–3471 (2017).",
                "https://doi.org/10.1109/CVPR.2017.369",
            ),
        ),
    ),
    AboutDataset(
        name="dermamnist",
        licence="CC BY-NC 4.0",
        summary="Dermatoscopic images of pigmented skin lesions, to be diagnosed as one of seven diseases.",
        images=(
            "The 10,015 colour images of HAM10000, 600 × 450 pixels, taken over 20 years at the Medical University of "
            "Vienna and at a skin cancer practice in Queensland, Australia. More than half of the diagnoses were "
            "confirmed by pathology, the others by follow-up, expert consensus or confocal microscopy."
        ),
        splits="Divided 7 : 1 : 2 into training, validation and test.",
        cautions=(
            "The licence excludes commercial use; that of the other eleven datasets does not.",
            "Some lesions were photographed more than once. Abhishek, Jain and Hamarneh (2025) found duplicates, "
            "leakage between the splits and mislabelled images, and propose corrected versions; this benchmark uses "
            "the official one.",
        ),
        meanings=(
            "precancerous lesions and carcinoma that has not grown deeper than the epidermis (Bowen's disease)",
            "skin cancer that rarely spreads",
            "harmless growths: solar lentigo, seborrhoeic and lichen-planus-like keratosis",
            "harmless nodule of fibrous tissue",
            "cancer of the pigment cells",
            "moles: harmless growths of pigment cells",
            "angioma, angiokeratoma, pyogenic granuloma and bleeding",
        ),
        source="HAM10000",
        references=(
            Reference(
                "Tschandl, Rosendahl, Kittler: The HAM10000 dataset, a large collection of multi-source dermatoscopic "
                "images of common pigmented skin lesions. Scientific Data 5, 180161 (2018).",
                "https://doi.org/10.1038/sdata.2018.161",
            ),
            Reference("Tschandl: the data at Harvard Dataverse.", "https://doi.org/10.7910/DVN/DBW86T"),
            Reference(
                "Abhishek, Jain, Hamarneh: Investigating the quality of DermaMNIST and Fitzpatrick17k dermatological "
                "image datasets. Scientific Data 12, 196 (2025).",
                "https://doi.org/10.1038/s41597-025-04382-5",
            ),
        ),
    ),
    AboutDataset(
        name="octmnist",
        licence="CC BY 4.0",
        summary="Cross-sections of the retina by optical coherence tomography, with three diseases or none.",
        images=(
            "109,309 grey images of 384–1,536 × 277–512 pixels, of adult patients of five eye clinics in the United "
            "States and China, taken from 2013 to 2017. They were cropped at the centre and resized."
        ),
        splits=(
            "The training set of the source was divided 9 : 1 into training and validation; its validation set is "
            "the test split."
        ),
        cautions=("The test split is small beside the training split: 1,000 of 109,309 images.",),
        meanings=(
            "new blood vessels under the retina, as in wet age-related macular degeneration",
            "swelling of the centre of the retina in diabetes",
            "deposits under the retina, an early sign of age-related macular degeneration",
            "none of the three",
        ),
        source="Labeled OCT images of Kermany et al.",
        references=_KERMANY,
    ),
    AboutDataset(
        name="pneumoniamnist",
        licence="CC BY 4.0",
        summary="Chest X-rays of children, with pneumonia or without.",
        images=(
            "5,856 grey images of 384–2,916 × 127–2,713 pixels, published together with those of OCTMNIST. They were "
            "cropped at the centre and resized."
        ),
        splits=(
            "The training set of the source was divided 9 : 1 into training and validation; its validation set is "
            "the test split."
        ),
        cautions=(
            "Some source images have a side of fewer than 224 pixels: what is shown at the larger resolutions was "
            "interpolated from them.",
        ),
        meanings=("no pneumonia", "inflammation of the lung by an infection"),
        source="Chest X-ray images of Kermany et al.",
        references=_KERMANY,
    ),
    AboutDataset(
        name="retinamnist",
        licence="CC BY 4.0",
        summary="Photographs of the back of the eye, to be graded by the severity of diabetic retinopathy.",
        images=(
            "1,600 colour images of the DeepDRiD challenge, 1,736 × 1,824 pixels. They were cropped at the centre and "
            "resized. The five grades are those of the International Clinical Diabetic Retinopathy scale."
        ),
        splits=(
            "The training set of the source was divided 9 : 1 into training and validation; its validation set is "
            "the test split."
        ),
        cautions=(
            "The grades are ordered, but are scored here as five classes: a prediction that is off by one grade "
            "counts as much as one that is off by four.",
            "The repository of DeepDRiD gives its data under CC BY-SA 4.0; MedMNIST distributes these images under "
            "CC BY 4.0.",
        ),
        meanings=(
            "no apparent retinopathy",
            "mild non-proliferative retinopathy",
            "moderate non-proliferative retinopathy",
            "severe non-proliferative retinopathy",
            "proliferative retinopathy",
        ),
        source="DeepDRiD challenge",
        references=(
            Reference(
                "Liu, Wang, Wu et al.: DeepDRiD: diabetic retinopathy – grading and image quality estimation "
                "challenge. Patterns 3(6), 100512 (2022).",
                "https://doi.org/10.1016/j.patter.2022.100512",
            ),
        ),
    ),
    AboutDataset(
        name="breastmnist",
        licence="CC BY 4.0",
        summary="Ultrasound images of the breast, with a malignant tumour or without.",
        images=(
            "780 grey images of 600 women between 25 and 75 years of age, taken in 2018 at Baheya Hospital in Cairo, "
            "500 × 500 pixels. The source has three classes (normal, benign, malignant)."
        ),
        splits="Divided 7 : 1 : 2 into training, validation and test.",
        cautions=(
            "Class 1 joins normal and benign: p1 is the probability that an image shows no malignant tumour.",
            "The smallest of the test splits: each of its 156 images moves accuracy by more than half a point of a "
            "hundred.",
        ),
        meanings=("a tumour that is cancer", "no tumour, or one that is not cancer"),
        source="Dataset of breast ultrasound images (BUSI)",
        references=(
            Reference(
                "Al-Dhabyani, Gomaa, Khaled, Fahmy: Dataset of breast ultrasound images. Data in Brief 28, 104863 "
                "(2020).",
                "https://doi.org/10.1016/j.dib.2019.104863",
            ),
        ),
    ),
    AboutDataset(
        name="bloodmnist",
        licence="CC BY 4.0",
        summary="Single cells of peripheral blood under the microscope, to be told apart as eight kinds.",
        images=(
            "17,092 colour images of 360 × 363 pixels, taken from 2015 to 2019 at the Hospital Clínic of Barcelona. "
            "The donors had no infection, no disease of the blood and no cancer, and took no medication. Crops of "
            "200 × 200 pixels around the centre were resized."
        ),
        splits="Divided 7 : 1 : 2 into training, validation and test.",
        cautions=(
            "MedMNIST describes crops of 200 × 200 pixels: where those were used for 224 × 224, they were enlarged.",
            "The donors were healthy: whether a score carries over to the blood of patients is open.",
        ),
        meanings=(
            "white blood cell with coarse dark granules",
            "white blood cell with orange-red granules",
            "precursor of red blood cells, with a nucleus",
            "precursors of neutrophils, eosinophils and basophils",
            "small white blood cell: B, T and natural killer cells",
            "large white blood cell, precursor of macrophages",
            "the most frequent white blood cell",
            "thrombocyte: a fragment of a cell that makes blood clot",
        ),
        source="Peripheral blood cell images of the Hospital Clínic of Barcelona",
        references=(
            Reference(
                "Acevedo, Merino, Alférez, Molina, Boldú, Rodellar: A dataset of microscopic peripheral blood cell "
                "images for development of automatic recognition systems. Data in Brief 30, 105474 (2020).",
                "https://doi.org/10.1016/j.dib.2020.105474",
            ),
            Reference("Acevedo et al.: the data at Mendeley Data.", "https://doi.org/10.17632/snkd93bnjr.1"),
        ),
    ),
    AboutDataset(
        name="tissuemnist",
        licence="CC BY 4.0",
        summary="Nuclei of cells of the human kidney cortex, to be assigned to eight types of cell.",
        images=(
            "236,386 cells, segmented from three reference specimens (BBBC051) in a confocal microscope. Each is a "
            "stack of 7 grey slices of 32 × 32 pixels, of which the brightest value along the stack was taken."
        ),
        splits="Divided 7 : 1 : 2 into training, validation and test.",
        cautions=(
            "The source images have 32 × 32 pixels: at 64, 128 and 224 pixels they are enlarged and hold no more "
            "detail.",
            "All cells come from three specimens, and nothing says that the splits keep these apart.",
            "The largest of the test splits: two fifths of the rows of a submission. The mean over datasets weighs "
            "all datasets alike.",
        ),
        meanings=(
            "the last parts of the kidney tubule",
            "the part of the tubule after the loop of Henle",
            "lining of the capillaries within the glomeruli, the filters of the kidney",
            "lining of the capillaries between the tubules",
            "white blood cells",
            "cells that wrap the capillaries of the glomeruli",
            "the first part of the tubule",
            "the rising part of the loop of Henle",
        ),
        source="BBBC051, Broad Bioimage Benchmark Collection",
        references=(
            Reference(
                "Ljosa, Sokolnicki, Carpenter: Annotated high-throughput microscopy image sets for validation. Nature "
                "Methods 9(7), 637 (2012).",
                "https://doi.org/10.1038/nmeth.2083",
            ),
            Reference(
                "Woloshuk, Khochare, Almulhim et al.: In situ classification of cell types in human kidney tissue "
                "using 3D nuclear staining. Cytometry Part A 99(7), 707–721 (2021).",
                "https://doi.org/10.1002/cyto.a.24274",
            ),
            Reference(
                "BBBC051 at the Broad Bioimage Benchmark Collection.",
                "https://bbbc.broadinstitute.org/BBBC051",
            ),
        ),
    ),
    _organs("organamnist", view="axial", printed="34,581, 6,491 and 17,778"),
    _organs("organcmnist", view="coronal", printed="13,000, 2,392 and 8,268"),
    _organs("organsmnist", view="sagittal", printed="13,940, 2,452 and 8,829"),
)

#: By name, in the order of the benchmark.
ABOUT_DATASETS = {about.name: about for about in _ALL}
