"""Batches of images on the device, from images in memory.

Images stay uint8 and keep their channels; they are normalised and padded on the device. A GPU keeps images in its
memory as far as they fit. A thread fetches the other images ahead of the steps.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from baselines.mmpt.data.splits import DatasetImages
from baselines.mmpt.data.threads import in_threads
from challenge.scoring.benchmark import Dataset

#: Function from (b, h, w) or (b, h, w, 3) uint8 to (b, 3, height, width) float, on the device.
Prepare = Callable[[Tensor], Tensor]
#: Indices of the images in a batch, by dataset.
Batch = Mapping[str, np.ndarray]
#: Images, ready for the model, and labels of a batch, by dataset. If several processes train together, the images are
#: the share of this process; the labels are always those of the whole batch.
Inputs = dict[str, tuple[Tensor, Tensor]]

#: Function from a batch to the part that this process computes.
Share = Callable[[Batch], Batch]

#: Number of batches that are copied ahead from the host's memory to the device.
N_AHEAD = 3
#: Bytes of images that are copied to the device at a time.
PIECE = 1 << 28


def whole(batch: Batch) -> Batch:
    """Return the whole batch: the share of a process that trains alone."""
    return batch


class Source:
    """Source of batches: one split of one dataset."""

    def __init__(
        self, dataset: Dataset, images: np.ndarray | Tensor, labels: Tensor, prepare: Prepare
    ) -> None:
        self.dataset = dataset
        self.labels = labels
        self._images = images
        self._prepare = prepare
        on_host = isinstance(images, np.ndarray)
        self._copies = torch.cuda.Stream(labels.device) if on_host and labels.is_cuda else None

    @classmethod
    def of(
        cls, data: DatasetImages, device: torch.device, prepare: Prepare, *, resident: bool = False
    ) -> "Source":
        """Make the source of a split; if `resident`, copy its images to the device's memory."""
        images = _copy_to(device, data.images) if resident else data.images
        return cls(data.dataset, images, torch.from_numpy(data.labels).to(device), prepare)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def is_fetched(self) -> bool:
        """True if images are copied from the host to another device, which takes time."""
        return self._copies is not None

    @property
    def n_bytes(self) -> int:
        """Size of the stored images in bytes."""
        return self._images.nbytes

    def fetch(self, indices: np.ndarray) -> "Fetched":
        """Copy the images of some indices to the device; may be called in a thread."""
        if isinstance(self._images, Tensor):
            return Fetched(self._images.index_select(0, upload(indices, self.labels.device)))
        images = torch.from_numpy(np.take(self._images, indices, axis=0))
        if self._copies is None:
            return Fetched(images)
        with torch.cuda.stream(self._copies):
            fetched = images.pin_memory().to(self.labels.device, non_blocking=True)
            return Fetched(fetched, self._copies.record_event())

    def ready(self, fetched: "Fetched", indices: np.ndarray) -> tuple[Tensor, Tensor]:
        """Return fetched images, ready for the model, and their labels."""
        return self._prepare(fetched.wait()), self.labels.index_select(0, upload(indices, self.labels.device))

    def take(self, indices: np.ndarray) -> tuple[Tensor, Tensor]:
        """Return the images of some indices, ready for the model, and their labels."""
        return self.ready(self.fetch(indices), indices)

    def in_order(self, batch_size: int, share: Share = whole) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield all images, or a share of each batch, with all labels, in batches; the last may be smaller."""
        name = self.dataset.name
        numbers = np.arange(len(self))
        batches = ({name: numbers[at : at + batch_size]} for at in range(0, len(self), batch_size))
        for inputs in stream({name: self}, batches, share):
            yield inputs[name]


@dataclass(frozen=True, slots=True)
class Fetched:
    """Images on the device, or being copied to it."""

    images: Tensor
    arrival: torch.cuda.Event | None = None

    def wait(self) -> Tensor:
        """Make the device's following work wait for the images; the host does not wait."""
        if self.arrival is not None:
            work = torch.cuda.current_stream(self.images.device)
            work.wait_event(self.arrival)
            self.images.record_stream(work)
        return self.images


def stream(sources: Mapping[str, Source], batches: Iterable[Batch], share: Share = whole) -> Iterator[Inputs]:
    """Yield the inputs of each batch; a thread copies the images of the next batches if they are not on the device.

    The images are those of the share; the labels are those of the whole batch.
    """
    if not any(source.is_fetched for source in sources.values()):
        for batch in batches:
            shared = share(batch)
            yield {
                name: sources[name].ready(sources[name].fetch(shared[name]), indices)
                for name, indices in batch.items()
            }
        return

    def fetch(batch: Batch) -> tuple[Batch, dict[str, Fetched]]:
        return batch, {name: sources[name].fetch(indices) for name, indices in share(batch).items()}

    for batch, fetched in in_threads(fetch, batches, n_ahead=N_AHEAD, n_threads=1):
        yield {name: sources[name].ready(images, batch[name]) for name, images in fetched.items()}


def upload(indices: np.ndarray, device: torch.device) -> Tensor:
    """Copy indices to a device. From pinned memory the host does not wait until a GPU has done its earlier work."""
    numbers = torch.from_numpy(indices)
    return numbers.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else numbers.to(device)


def _copy_to(device: torch.device, images: np.ndarray) -> Tensor:
    """Copy images piece by piece, so that the host never has them twice in memory."""
    on_device = torch.empty(images.shape, dtype=torch.uint8, device=device)
    rows = max(1, PIECE // max(1, images[:1].nbytes))
    for at in range(0, len(images), rows):
        on_device[at : at + rows] = torch.from_numpy(np.array(images[at : at + rows]))
    return on_device
