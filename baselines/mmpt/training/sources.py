"""Images of a training: read by several threads, and put into a GPU's memory as far as they fit."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from baselines.mmpt.data.images import Source
from baselines.mmpt.data.parts import take_part
from baselines.mmpt.data.splits import DatasetImages, Split, load_split
from baselines.mmpt.data.threads import in_threads
from baselines.mmpt.model.multi_head import MultiHeadModel
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.distributed import ALONE, World
from baselines.mmpt.training.learner import preprocess_for
from baselines.mmpt.training.log import SECONDS_BETWEEN_LINES, Write
from baselines.mmpt.training.memory import room_for_images
from challenge.scoring.benchmark import Benchmark, Dataset

#: Maximum number of threads that read files. The memory of the host holds one more split than there are threads before
#: their images are copied to a GPU: at most 24 GB at 224 pixels.
N_READERS = 4


def load_sources(
    config: TrainingConfig,
    folder: Path,
    model: MultiHeadModel,
    benchmark: Benchmark,
    device: torch.device,
    world: World = ALONE,
    write: Write = lambda line: None,
) -> tuple[dict[str, Source], dict[str, Source]]:
    """Load the training and validation images. Raises `DeviceError` if a GPU has too little memory for training."""
    prepare = preprocess_for(config, model, device)
    room = room_for_images(config, model.backbone, device, world.n_own(config.batch_size))
    splits: tuple[Split, ...] = ("train", "val")
    planned = [(split, dataset) for split in splits for dataset in config.datasets(benchmark)]

    def load(part: tuple[Split, Dataset]) -> DatasetImages:
        split, dataset = part
        data = load_split(folder, dataset, config.resolution, split)
        if split != "train" or config.uses_all_images:
            return data
        return take_part(data, config.training_share, config.shots, config.seed)

    sources: dict[Split, dict[str, Source]] = {split: {} for split in splits}
    n_threads = min(N_READERS, os.cpu_count() or 1)
    told = time.monotonic()
    for number, data in enumerate(in_threads(load, planned, n_ahead=n_threads, n_threads=n_threads)):
        split, dataset = planned[number]
        fits = data.images.nbytes <= room
        room -= data.images.nbytes if fits else 0
        sources[split][dataset.name] = Source.of(data, device, prepare, resident=fits)
        if time.monotonic() - told >= SECONDS_BETWEEN_LINES:
            told = time.monotonic()
            write(f"Loaded {number + 1} of {len(planned)} splits.")
    return sources["train"], sources["val"]


def place_of_images(sources: Sequence[Source]) -> str:
    """Return a line about the memory that holds the images of a training on a GPU."""
    resident = sum(source.n_bytes for source in sources if not source.is_fetched)
    everything = sum(source.n_bytes for source in sources)
    return f"{resident / 1e9:.2f} of {everything / 1e9:.2f} GB of images are in the memory of the GPU."
