"""Fixtures of training; torch uses one thread, because the processes of the suite share few cores."""

from pathlib import Path

import pytest
import torch

from baselines.tests.mmpt.small import make_collection
from challenge.scoring.benchmark import Benchmark

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def collection(tmp_path_factory) -> tuple[Path, Benchmark]:
    """Synthetic images of four datasets in a folder, and their benchmark."""
    folder = tmp_path_factory.mktemp("collection")
    return folder, make_collection(folder)
