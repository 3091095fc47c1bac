"""From images in memory to batches on the device.

Images stay uint8, with as many channels as they have, and are normalised and padded on the device only. On a GPU
they live in its memory as far as they fit; what does not fit is fetched ahead of the steps by a thread.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from baselines.mmpt.data.splits import DatasetImages
from challenge.scoring.benchmark import Dataset

#: From (b, h, w) or (b, h, w, 3) uint8 to (b, 3, height, width) float, on the device.
Prepare = Callable[[Tensor], Tensor]
#: Of each dataset that takes part in a step, the numbers of its images.
Batch = Mapping[str, np.ndarray]
#: Of each dataset that takes part in a step, its images, ready for the model, and their labels. Where several processes
#: train together, the images are this one's share; labels are always those of the whole batch.
Inputs = dict[str, tuple[Tensor, Tensor]]

#: From a batch to the part of it that this process computes; labels of the rest are given all the same.
Share = Callable[[Batch], Batch]

#: Batches that are under way from the host's memory to the device's.
N_AHEAD = 3
#: Images go to the device in pieces of this many bytes.
PIECE = 1 << 28


def whole(batch: Batch) -> Batch:
    """Return all of a batch: the share of a process that trains alone."""
    return batch


class Source:
    """One split of one dataset, from which batches are taken."""

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
        """Take batches from a split; if `resident`, from a copy of it in the device's memory."""
        images = _copy_to(device, data.images) if resident else data.images
        return cls(data.dataset, images, torch.from_numpy(data.labels).to(device), prepare)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def is_fetched(self) -> bool:
        """Whether images come from the host to another device, which takes a while."""
        return self._copies is not None

    def fetch(self, indices: np.ndarray) -> "Fetched":
        """Bring images of those numbers to the device; it may be called in a thread."""
        if isinstance(self._images, Tensor):
            return Fetched(self._images.index_select(0, torch.from_numpy(indices).to(self.labels.device)))
        images = torch.from_numpy(np.take(self._images, indices, axis=0))
        if self._copies is None:
            return Fetched(images)
        with torch.cuda.stream(self._copies):
            fetched = images.pin_memory().to(self.labels.device, non_blocking=True)
            return Fetched(fetched, self._copies.record_event())

    def ready(self, fetched: "Fetched", indices: np.ndarray) -> tuple[Tensor, Tensor]:
        """Images that were fetched, as the model takes them, and their labels."""
        numbers = torch.from_numpy(indices).to(self.labels.device)
        return self._prepare(fetched.wait()), self.labels.index_select(0, numbers)

    def take(self, indices: np.ndarray) -> tuple[Tensor, Tensor]:
        """The images of those numbers, as the model takes them, and their labels."""
        return self.ready(self.fetch(indices), indices)

    def in_order(self, batch_size: int, share: Share = whole) -> Iterator[tuple[Tensor, Tensor]]:
        """Give all images, or a share of each batch, and all labels in batches; the last may be smaller."""
        name = self.dataset.name
        numbers = np.arange(len(self))
        batches = ({name: numbers[at : at + batch_size]} for at in range(0, len(self), batch_size))
        for inputs in stream({name: self}, batches, share):
            yield inputs[name]


@dataclass(frozen=True, slots=True)
class Fetched:
    """Images on the device, or on their way there."""

    images: Tensor
    arrival: torch.cuda.Event | None = None

    def wait(self) -> Tensor:
        """Let the device's work from here on wait for the images; the host goes on."""
        if self.arrival is not None:
            work = torch.cuda.current_stream(self.images.device)
            work.wait_event(self.arrival)
            self.images.record_stream(work)
        return self.images


def stream(sources: Mapping[str, Source], batches: Iterable[Batch], share: Share = whole) -> Iterator[Inputs]:
    """Give the inputs of each batch; where images are not at hand, the next ones are on their way meanwhile.

    Images are those of the share only, labels those of the whole batch.
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

    rest = iter(batches)
    with ThreadPoolExecutor(1) as thread:
        ahead: deque[Future[tuple[Batch, dict[str, Fetched]]]] = deque(
            thread.submit(fetch, batch) for batch in islice(rest, N_AHEAD)
        )
        while ahead:
            batch, fetched = ahead.popleft().result()
            ahead.extend(thread.submit(fetch, following) for following in islice(rest, 1))
            yield {name: sources[name].ready(images, batch[name]) for name, images in fetched.items()}


def _copy_to(device: torch.device, images: np.ndarray) -> Tensor:
    """Copy piece by piece, so that the host never holds the images twice."""
    on_device = torch.empty(images.shape, dtype=torch.uint8, device=device)
    rows = max(1, PIECE // max(1, images[:1].nbytes))
    for at in range(0, len(images), rows):
        on_device[at : at + rows] = torch.from_numpy(np.array(images[at : at + rows]))
    return on_device
