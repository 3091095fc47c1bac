"""Facts about the official MedMNIST files: names, addresses, checksums, splits and channels.

They equal `medmnist.INFO` (medmnist 3.0.2); a test compares them. Classes, tasks and the sizes of the test splits are
in `challenge.scoring.benchmark`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

#: Zenodo record of MedMNIST v3 (CC BY 4.0; DermaMNIST CC BY-NC 4.0).
ZENODO_FILES = "https://zenodo.org/records/10519652/files"


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """Facts about the files of one dataset.

    Attributes:
        n_train: number of training images.
        n_val: number of validation images.
        n_channels: 1 is grey, 3 is colour.
        md5: checksum of each file, by resolution.

    """

    n_train: int
    n_val: int
    n_channels: int
    md5: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class OfficialFile:
    """An official file: one dataset at one resolution."""

    resolution: int
    url: str
    md5: str

    @property
    def file_name(self) -> str:
        """Name of the file in the Zenodo record."""
        return self.url.rpartition("/")[2].partition("?")[0]


def file_name(dataset_name: str, resolution: int) -> str:
    """Return the name of the official file of a dataset."""
    return f"{dataset_name}{'' if resolution == 28 else f'_{resolution}'}.npz"


def official_file(dataset_name: str, resolution: int, base_url: str = ZENODO_FILES) -> OfficialFile:
    """Return the address and checksum of a file. Raises KeyError if there is no official file."""
    md5 = FACTS[dataset_name].md5[resolution]
    return OfficialFile(resolution, f"{base_url}/{file_name(dataset_name, resolution)}?download=1", md5)


def official_files(dataset_name: str) -> tuple[OfficialFile, ...]:
    """Return the official files of a dataset, by increasing resolution."""
    return tuple(official_file(dataset_name, resolution) for resolution in FACTS[dataset_name].md5)


#: Facts by dataset name, in the order of the benchmark.
FACTS = {
    "pathmnist": DatasetFacts(
        n_train=89996, n_val=10004, n_channels=3,
        md5={
            28: "a8b06965200029087d5bd730944a56c1", 64: "55aa9c1e0525abe5a6b9d8343a507616",
            128: "ac42d08fb904d92c244187169d1fd1d9", 224: "2c51a510bcdc9cf8ddb2af93af1eadec",
        },
    ),
    "chestmnist": DatasetFacts(
        n_train=78468, n_val=11219, n_channels=1,
        md5={
            28: "02c8a6516a18b556561a56cbdd36c4a8", 64: "9de6cd0b934ebb5b7426cfba5efbae16",
            128: "db107e5590b27930b62dbaf558aebee3", 224: "45bd33e6f06c3e8cdb481c74a89152aa",
        },
    ),
    "dermamnist": DatasetFacts(
        n_train=7007, n_val=1003, n_channels=3,
        md5={
            28: "0744692d530f8e62ec473284d019b0c7", 64: "b70a2f5635c6199aeaa28c31d7202e1f",
            128: "2defd784463fa5243564e855ed717de1", 224: "8974907d8e169bef5f5b96bc506ae45d",
        },
    ),
    "octmnist": DatasetFacts(
        n_train=97477, n_val=10832, n_channels=1,
        md5={
            28: "c68d92d5b585d8d81f7112f81e2d0842", 64: "e229e9440236b774d9f0dfef9d07bdaf",
            128: "0a97e76651ace45c5d943ee3f65b63ae", 224: "abc493b6d529d5de7569faaef2773ba3",
        },
    ),
    "pneumoniamnist": DatasetFacts(
        n_train=4708, n_val=524, n_channels=1,
        md5={
            28: "28209eda62fecd6e6a2d98b1501bb15f", 64: "8f4eceb4ccffa70c672198ea285246c6",
            128: "05b46931834c231683c68f40c47b2971", 224: "d6a3c71de1b945ea11211b03746c1fe1",
        },
    ),
    "retinamnist": DatasetFacts(
        n_train=1080, n_val=120, n_channels=3,
        md5={
            28: "bd4c0672f1bba3e3a89f0e4e876791e4", 64: "afda852cc34dcda56f86ad2b2457dbcc",
            128: "e48e916a24454daf90583d4e6efb1a18", 224: "eae7e3b6f3fcbda4ae613ebdcbe35348",
        },
    ),
    "breastmnist": DatasetFacts(
        n_train=546, n_val=78, n_channels=1,
        md5={
            28: "750601b1f35ba3300ea97c75c52ff8f6", 64: "742edef2a1fd1524b2efff4bd7ba9364",
            128: "363e4b3f8d712e9b5de15470a2aaadf1", 224: "b56378a6eefa9fed602bb16d192d4c8b",
        },
    ),
    "bloodmnist": DatasetFacts(
        n_train=11959, n_val=1712, n_channels=3,
        md5={
            28: "7053d0359d879ad8a5505303e11de1dc", 64: "2b94928a2ae4916078ca51e05b6b800b",
            128: "adace1e0ed228fccda1f39692059dd4c", 224: "b718ff6835fcbdb22ba9eacccd7b2601",
        },
    ),
    "tissuemnist": DatasetFacts(
        n_train=165466, n_val=23640, n_channels=1,
        md5={
            28: "ebe78ee8b05294063de985d821c1c34b", 64: "123ece2eba09d0aa5d698fda57103344",
            128: "61b955355d7425a89687b06cca3ce0c2", 224: "b077128c4a949f0a4eb01517f9037b9c",
        },
    ),
    "organamnist": DatasetFacts(
        n_train=34561, n_val=6491, n_channels=1,
        md5={
            28: "68e3f8846a6bd62f0c9bf841c0d9eacc", 64: "2dcccc29b88e6da5a01161ef20cda288",
            128: "eeae80d0a227a8d099027e1b3cfd3b60", 224: "50747347e05c87dd3aaf92c49f9f3170",
        },
    ),
    "organcmnist": DatasetFacts(
        n_train=12975, n_val=2392, n_channels=1,
        md5={
            28: "b9ceb9546e10131b32923c5bbeaea2b1", 64: "3ce34a8724ea6f548e6db4744d03b6a9",
            128: "773c1f009daa3fe5d9a2a201b2a7ed94", 224: "050f5e875dc056f6768abf94ec9995d1",
        },
    ),
    "organsmnist": DatasetFacts(
        n_train=13932, n_val=2452, n_channels=1,
        md5={
            28: "9ab87b696fb54e2a387ebe992d6ed5f1", 64: "53a6d115339d874c25e309a994ff46d3",
            128: "ded0c5fa01a95dc4978b956f613e9b8e", 224: "b354719e553fbbb2513d5533f52a4cb1",
        },
    ),
}  # fmt: skip
