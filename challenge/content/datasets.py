"""Descriptions of the datasets for the pages: sources, splits, cautions, classes in plain words, references.

A test compares the licences with `medmnist.INFO` (medmnist 3.0.2). The descriptions follow INFO, MedMNIST's
`on_medmnist_plus.md`, and the works and links that each description names. Works are keys of `references.json`.
Sizes, channels and files are in `challenge.medmnist.facts`.
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
class Link:
    """A data record or a page that is not in the bibliography."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Caution:
    """A fact to know before you draw conclusions, with its sources.

    Attributes:
        text: a few sentences.
        works: keys of the works that are the source.
        links: other pages that are the source.

    """

    text: str
    works: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class AboutDataset:
    """Description of a dataset for its page.

    Attributes:
        name: name in the benchmark.
        licence: a key of `LICENCES`.
        summary: content and task, in one sentence.
        images: origin and original size of the images.
        splits: origin of the splits.
        resizing: method by which the images became square.
        cautions: facts to know before you draw conclusions.
        meanings: meaning of each class in plain words, in the order of the classes.
        source: name of the source dataset.
        works: bibliography keys of its papers and records, in the order of citation.
        records: other addresses of the data.

    """

    name: str
    licence: str
    summary: str
    images: str
    splits: str
    resizing: str
    cautions: tuple[Caution, ...]
    meanings: tuple[str, ...]
    source: str
    works: tuple[str, ...]
    records: tuple[Link, ...] = ()

    @property
    def dataset(self) -> Dataset:
        """Definition of the dataset for the scorer."""
        return MEDMNIST_PLUS[self.name]

    @property
    def n_train(self) -> int:
        """Number of training images."""
        return FACTS[self.name].n_train

    @property
    def n_val(self) -> int:
        """Number of validation images."""
        return FACTS[self.name].n_val

    @property
    def n_channels(self) -> int:
        """Number of channels: 1 is grey, 3 is colour."""
        return FACTS[self.name].n_channels

    @property
    def n_images(self) -> int:
        """Number of images in all three splits."""
        return self.n_train + self.n_val + self.dataset.n_test

    @property
    def licence_url(self) -> str:
        """Address of the text of the licence."""
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


#: Documents by MedMNIST on how it made the images: one on the larger sizes, one on each dataset.
ON_MEDMNIST_PLUS = Link(
    "MedMNIST, on_medmnist_plus.md", "https://github.com/MedMNIST/MedMNIST/blob/main/on_medmnist_plus.md"
)
MEDMNIST_INFO = Link("MedMNIST, info.py", "https://github.com/MedMNIST/MedMNIST/blob/main/medmnist/info.py")

_KERMANY = ("kermany2018identifying", "kermany2018large")

_CENTRE_SQUARE = (
    "MedMNIST cuts the largest square from the centre of each image and resizes it to each resolution."
)

_ORGANS = (
    "urinary bladder", "left thigh bone", "right thigh bone", "heart", "left kidney", "right kidney",
    "liver", "left lung", "right lung", "pancreas", "spleen",
)  # fmt: skip

#: Number of scans in all three splits.
_N_SCANS = 115 + 16 + 70
#: Number of boxes in the test scans: OrganMNIST3D has one test image for each box.
_N_TEST_BOXES = 610


def _organs(name: str, *, view: str, printed: str, mirroring: str) -> AboutDataset:
    """Return the description of an organ dataset. All three show the same CT scans, in different planes."""
    n_test, n_images = MEDMNIST_PLUS[name].n_test, FACTS[name].n_train + FACTS[name].n_val
    return AboutDataset(
        name=name,
        licence="CC BY 4.0",
        summary=f"Eleven organs and bones, each cut out of CT scans of the trunk in {view} view.",
        images=(
            "The scans come from the Liver Tumor Segmentation Benchmark (LiTS). Seven clinical institutions in "
            "Germany, the Netherlands, Canada, Israel and France contributed them. Bounding boxes from another "
            f"study mark the organs. MedMNIST cut several {view} slices from the middle part of each box. "
            "Hounsfield units became shades of grey by an abdominal window."
        ),
        splits=(
            "By scan. From LiTS's training set, 115 scans are the training split and 16 are the validation split. The "
            "70 scans of its test set are the test split."
        ),
        resizing=(
            "The slices keep the shape of their box, which is rarely square. MedMNIST resizes them to a square "
            "without a crop, so proportions change. It gives the size of the boxes as 15–152 × 15–112 × 12–1,145 "
            "voxels. At 224 × 224, a slice of such a box is enlarged in at least one direction."
        ),
        cautions=(
            Caution(
                "Many images show the same organ of the same patient, because each box gave several slices. The "
                "authors name every third slice between 20 % and 80 % of the box, as an illustration and not as the "
                "exact rule. "
                f"The {_N_SCANS} scans of up to 11 boxes have at most {_N_SCANS * 11:,} boxes, and this dataset has "
                f"{n_images + n_test:,} images. OrganMNIST3D counts {_N_TEST_BOXES} test boxes of the same scans, so "
                f"about {n_test / _N_TEST_BOXES:.0f} test images come from one box. Confidence intervals that treat "
                "images as independent are too narrow.",
                links=(
                    Link("MedMNIST, issue 36", "https://github.com/MedMNIST/MedMNIST/issues/36"),
                    MEDMNIST_INFO,
                ),
            ),
            Caution(
                "OrganAMNIST, OrganCMNIST and OrganSMNIST show the same scans in axial, coronal and sagittal view. "
                "All three split the scans in the same way, so no test scan is in training. The three scores are not "
                "independent of each other."
            ),
            Caution(
                f"The left and the right femur, kidney and lung are separate classes. {mirroring}",
            ),
            Caution(
                "OrganMNIST3D lists the same eleven organs in another order. There, a class number can mean another "
                "organ.",
                links=(MEDMNIST_INFO,),
            ),
            Caution(
                "Older documents, including the thesis behind this benchmark, print "
                f"{printed} images for training, validation and test. Release 2.2.4 of medmnist removed a small "
                "number of blank images. The sizes here come from today's official files, which are used for "
                "scoring.",
                links=(
                    Link("MedMNIST, release notes", "https://github.com/MedMNIST/MedMNIST#release-notes"),
                ),
            ),
        ),
        meanings=_ORGANS,
        source="Liver Tumor Segmentation Benchmark (LiTS)",
        works=("bilic2023liver", "xu2019efficient"),
    )


_MIRRORED = (
    "If you mirror an image left to right, an organ appears on the other side. A mirrored training image may need the "
    "other label."
)

_ALL = (
    AboutDataset(
        name="pathmnist",
        licence="CC BY 4.0",
        summary="Patches of colorectal tissue under the microscope, with nine kinds of tissue as classes.",
        images=(
            "107,180 colour patches of 224 × 224 pixels, from slides stained with haematoxylin and eosin. They "
            "were collected to predict the survival of patients with colorectal cancer. The training patches do not "
            "overlap. They come from 86 slides of the National Center for Tumor Diseases (NCT) in Heidelberg and the "
            "University Medical Center Mannheim."
        ),
        splits=(
            "The 100,000 patches of NCT-CRC-HE-100K were divided 9 : 1 into training and validation. The 7,180 "
            "patches of CRC-VAL-HE-7K are the test split. They come from other patients."
        ),
        resizing=(
            "At 224 × 224, the images are the originals. MedMNIST resized them for the smaller resolutions."
        ),
        cautions=(
            Caution(
                "Sources disagree on the origin of the test images. MedMNIST names another clinical centre. The "
                "record of the data names 50 patients who are not in the training set. It says that all their tissue "
                "comes from the NCT's tissue bank, which also gave training slides. The thesis behind this benchmark "
                "names 25 patients of the DACHS study. We could not resolve this. Do not treat the test split as a "
                "test on an unknown hospital.",
                works=("yang2023medmnist", "kather2018histological", "bachmeier2024designing"),
            ),
            Caution(
                "MedMNIST does not say whether it kept slides or patients separate in training and validation. A "
                "validation score may be too high.",
                links=(MEDMNIST_INFO,),
            ),
            Caution(
                "The images of NCT-CRC-HE-100K are colour-normalized by Macenko's method. The record also has a "
                "version without it, which MedMNIST does not use.",
                works=("kather2018histological",),
            ),
            Caution(
                "Traces of the preparation can give the classes away. Ignatov and Malivenko (2024) find JPEG artefacts "
                "that differ between classes, unsuitable colour normalization and corrupted patches. Colour histograms "
                "alone reach an accuracy above 82 % in their experiments, and the mean red, green and blue above 50 %.",
                works=("ignatov2024nct",),
            ),
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
        works=("kather2019predicting", "kather2018histological"),
    ),
    AboutDataset(
        name="chestmnist",
        licence="CC BY 4.0",
        summary="Frontal chest X-rays; the task is to detect fourteen findings in each.",
        images=(
            "112,120 grey images of 30,805 patients from the NIH Clinical Center (NIH ChestX-ray14), 1,024 × 1,024 "
            "pixels. Text mining extracted the findings from the radiology reports."
        ),
        splits=(
            "MedMNIST calls this split official. But the sizes differ from the lists that the NIH publishes "
            "(86,524 and 25,596 images). They match the lists of arnoweng/CheXNet, which were drawn at random: "
            "70 % training, 10 % validation, 20 % test."
        ),
        resizing="MedMNIST resized the square originals to each resolution.",
        cautions=(
            Caution(
                "Multi-label: an image may show several findings or none. The fourteen probabilities of a row are "
                "independent of each other and need not sum to 1."
            ),
            Caution(
                "The labels come from text mining. Nobody looked at the images to set them, and some are wrong.",
                works=("wang2017chestxray",),
            ),
            Caution(
                "MedMNIST does not name the lists that it used. We have not compared its files with the lists of "
                "arnoweng/CheXNet image by image. In the parts of the lists that we checked, all images of a patient "
                "are in the same list.",
                links=(
                    Link("arnoweng/CheXNet", "https://github.com/arnoweng/CheXNet#dataset"),
                    Link("sizes of the NIH's lists", "https://github.com/hieuvmphan/CVPR2024_MAVL/issues/3"),
                ),
            ),
            Caution(
                "Accuracy says little here. According to the lists of arnoweng/CheXNet, 11,928 of the 22,433 test "
                "images have no finding, and hernia has 42 images. A model that always answers “absent” has an "
                "accuracy of 0.9474. Doerrich et al. (2025) print accuracies between 0.9431 and 0.9484 for this "
                "dataset.",
                works=("doerrich2025rethinking",),
                links=(
                    Link(
                        "arnoweng/CheXNet, ChestX-ray14/labels/test_list.txt",
                        "https://github.com/arnoweng/CheXNet",
                    ),
                ),
            ),
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
        works=("wang2017chestxray",),
    ),
    AboutDataset(
        name="dermamnist",
        licence="CC BY-NC 4.0",
        summary="Dermatoscopic images of pigmented skin lesions, with seven diagnoses as classes.",
        images=(
            "The 10,015 colour images of HAM10000, 600 × 450 pixels. They were taken over 20 years at the Medical "
            "University of Vienna and at a skin cancer practice in Queensland, Australia. More than half of the "
            "diagnoses were confirmed by pathology, the others by follow-up, expert consensus or confocal microscopy."
        ),
        splits="Divided 7 : 1 : 2 into training, validation and test.",
        resizing=(
            "MedMNIST squeezes the 600 × 450 pixels to a square without a crop. At every resolution, lesions look a "
            "quarter narrower than they are."
        ),
        cautions=(
            Caution("The licence excludes commercial use. The licences of the other eleven datasets do not."),
            Caution(
                "Some lesions were photographed more than once. Abhishek, Jain and Hamarneh (2025) study DermaMNIST, "
                "its source HAM10000 and Fitzpatrick17k. Their abstract names duplicates, leakage between splits and "
                "mislabelled images for the three datasets together, not for each dataset. They propose corrected "
                "versions. This benchmark uses the official files.",
                works=("abhishek2025investigating",),
            ),
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
        works=("tschandl2018ham10000",),
        records=(Link("HAM10000 at Harvard Dataverse", "https://doi.org/10.7910/DVN/DBW86T"),),
    ),
    AboutDataset(
        name="octmnist",
        licence="CC BY 4.0",
        summary="Cross-sections of the retina by optical coherence tomography, with three diseases or none.",
        images=(
            "109,309 grey images of 384–1,536 × 277–512 pixels. They show adult patients of five eye clinics in the "
            "United States and China, and were taken from 2013 to 2017."
        ),
        splits=(
            "The training set of the source was divided 9 : 1 into training and validation. Its validation set is "
            "the test split."
        ),
        resizing=_CENTRE_SQUARE,
        cautions=(
            Caution(
                "The test split has 250 images of each class, so accuracy and balanced accuracy are the same number. "
                "The training split is not balanced: its largest class is about six times its smallest.",
                links=(
                    Link(
                        "class sizes of the source",
                        "https://tvst.arvojournals.org/article.aspx?articleid=2778252",
                    ),
                ),
            ),
            Caution(
                "Patients of the source's test set also occur in its training set, and scans of one patient are often "
                "nearly identical. MedMNIST does not say whether it removed such scans. Tampu et al. (2022) show on "
                "this source and two others that such overlap raises accuracy by 5 % to 30 %.",
                works=("tampu2022inflation",),
                links=(
                    Link(
                        "a study that removed such scans",
                        "https://tvst.arvojournals.org/article.aspx?articleid=2778252",
                    ),
                ),
            ),
            Caution("The test split is small next to the training split: 1,000 of 109,309 images."),
        ),
        meanings=(
            "new blood vessels under the retina, as in wet age-related macular degeneration",
            "swelling of the centre of the retina in diabetes",
            "deposits under the retina, an early sign of age-related macular degeneration",
            "none of the three",
        ),
        source="Labeled OCT images of Kermany et al.",
        works=_KERMANY,
    ),
    AboutDataset(
        name="pneumoniamnist",
        licence="CC BY 4.0",
        summary="Chest X-rays of children, with or without pneumonia.",
        images=(
            "5,856 grey images of 384–2,916 × 127–2,713 pixels, published together with the images of OCTMNIST. The "
            "patients are children aged one to five years from a single hospital, the Guangzhou Women and Children's "
            "Medical Center."
        ),
        splits=(
            "The training set of the source was divided 9 : 1 into training and validation. Its validation set is "
            "the test split."
        ),
        resizing=(
            f"{_CENTRE_SQUARE} The smallest squares have 127 × 127 pixels and were enlarged for 128 and 224 pixels."
        ),
        cautions=(
            Caution(
                "All images come from the same hospital. It is unknown whether a score also holds for other hospitals "
                "or older patients.",
                works=("kermany2018large",),
            ),
            Caution(
                "Some source images have a side of fewer than 224 pixels. At larger resolutions, they show no more "
                "detail than the original.",
                links=(ON_MEDMNIST_PLUS,),
            ),
        ),
        meanings=("no pneumonia", "inflammation of the lung by an infection"),
        source="Chest X-ray images of Kermany et al.",
        works=_KERMANY,
    ),
    AboutDataset(
        name="retinamnist",
        licence="CC BY 4.0",
        summary="Photographs of the back of the eye, with five grades of diabetic retinopathy as classes.",
        images=(
            "1,600 colour images of the DeepDRiD challenge, 1,736 × 1,824 pixels. The five grades follow the "
            "International Clinical Diabetic Retinopathy scale."
        ),
        splits=(
            "The training set of the source was divided 9 : 1 into training and validation. Its validation set is "
            "the test split."
        ),
        resizing=_CENTRE_SQUARE,
        cautions=(
            Caution(
                "The source has four images of each patient, two of each eye, and one grade for each eye. So the 400 "
                "test images come from about 100 patients. MedMNIST does not say whether it kept patients separate in "
                "training and validation.",
                links=(
                    Link("DeepDRiD, regular-fundus-validation.csv", "https://github.com/deepdrdoc/DeepDRiD"),
                ),
            ),
            Caution(
                "The grades are ordered, but this site scores them as five classes. An error of one grade counts as "
                "much as an error of four grades.",
            ),
            Caution(
                "We could not confirm the licence of DeepDRiD: the README of its repository names none. MedMNIST "
                "distributes these images under CC BY 4.0.",
                links=(Link("DeepDRiD", "https://github.com/deepdrdoc/DeepDRiD"),),
            ),
        ),
        meanings=(
            "no apparent retinopathy",
            "mild non-proliferative retinopathy",
            "moderate non-proliferative retinopathy",
            "severe non-proliferative retinopathy",
            "proliferative retinopathy",
        ),
        source="DeepDRiD challenge",
        works=("liu2022deepdrid",),
    ),
    AboutDataset(
        name="breastmnist",
        licence="CC BY 4.0",
        summary="Ultrasound images of the breast, with or without a malignant tumour.",
        images=(
            "780 grey images of 600 women between 25 and 75 years of age, taken in 2018 at Baheya Hospital in Cairo. "
            "Their sizes differ; the average is 500 × 500 pixels. The source has three classes (normal, benign, "
            "malignant)."
        ),
        splits="Divided 7 : 1 : 2 into training, validation and test.",
        resizing="MedMNIST resized the images to each resolution, without a crop.",
        cautions=(
            Caution(
                "Class 1 combines normal and benign: p1 is the probability that an image shows no malignant tumour."
            ),
            Caution(
                "Pawłowska et al. (2023) report duplicate images in the source, and lesions that are in both the "
                "benign and the malignant folder. They also report images of other regions, such as the armpit. "
                "MedMNIST does not say whether it removed these images, so copies of an image may be in training and "
                "test.",
                works=("pawlowska2023letter",),
            ),
            Caution(
                "This is the smallest test split. Each of its 156 images changes the accuracy by more than half a "
                "percentage point."
            ),
        ),
        meanings=("a tumour that is cancer", "no tumour, or a tumour that is not cancer"),
        source="Dataset of breast ultrasound images (BUSI)",
        works=("aldhabyani2020dataset",),
    ),
    AboutDataset(
        name="bloodmnist",
        licence="CC BY 4.0",
        summary="Single cells of peripheral blood under the microscope, with eight kinds of cell as classes.",
        images=(
            "17,092 colour images of 360 × 363 pixels, taken from 2015 to 2019 at the Hospital Clínic of Barcelona. "
            "The donors had no infection, no disease of the blood and no cancer, and took no medication."
        ),
        splits="Divided 7 : 1 : 2 into training, validation and test.",
        resizing=(
            "MedMNIST cuts 200 × 200 pixels from the centre of each image and resizes them to each resolution. At "
            "224 × 224 they are slightly enlarged."
        ),
        cautions=(
            Caution(
                "The donors were healthy. It is unknown whether a score also holds for the blood of patients."
            ),
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
        works=("acevedo2020dataset",),
        records=(Link("The images at Mendeley Data", "https://doi.org/10.17632/snkd93bnjr.1"),),
    ),
    AboutDataset(
        name="tissuemnist",
        licence="CC BY 4.0",
        summary="Nuclei of cells of the human kidney cortex, with eight types of cell as classes.",
        images=(
            "236,386 cells, segmented from three reference specimens (BBBC051) in a confocal microscope. Each is a "
            "stack of 7 grey slices of 32 × 32 pixels."
        ),
        splits="Divided 7 : 1 : 2 into training, validation and test.",
        resizing=(
            "For each pixel, MedMNIST takes the brightest value along the stack. It resizes the 32 × 32 pixels to each "
            "resolution."
        ),
        cautions=(
            Caution(
                "The source images have 32 × 32 pixels. At 64, 128 and 224 pixels they are enlarged and show no more "
                "detail.",
                links=(ON_MEDMNIST_PLUS,),
            ),
            Caution(
                "The labels were not set by eye. An unsupervised analysis of the stained tissue in 3D (tissue "
                "cytometry) assigned the types of cell.",
                works=("woloshuk2021situ",),
            ),
            Caution(
                "All cells come from three specimens. MedMNIST does not say whether the splits keep them separate."
            ),
            Caution(
                "This is the largest test split, with two fifths of the rows of a submission. The mean over datasets "
                "still gives all datasets the same weight."
            ),
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
        works=("woloshuk2021situ", "ljosa2012annotated"),
        records=(
            Link(
                "BBBC051 at the Broad Bioimage Benchmark Collection",
                "https://bbbc.broadinstitute.org/BBBC051",
            ),
        ),
    ),
    _organs("organamnist", view="axial", printed="34,581, 6,491 and 17,778", mirroring=_MIRRORED),
    _organs("organcmnist", view="coronal", printed="13,000, 2,392 and 8,268", mirroring=_MIRRORED),
    _organs(
        "organsmnist",
        view="sagittal",
        printed="13,940, 2,452 and 8,829",
        mirroring=("In this view, mirroring an image exchanges front and back, not left and right."),
    ),
)

#: Descriptions by name, in the order of the benchmark.
ABOUT_DATASETS = {about.name: about for about in _ALL}
