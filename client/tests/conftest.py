"""The package from this checkout, with the site's scoring code as the built package has it, and a site to talk to."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from accounts import tokens
from challenge.models import Evaluation, Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark
from challenge.services import evaluations, uncertainty
from challenge.tests.bad_files.conftest import short_labels, short_site  # noqa: F401  # fixtures
from challenge.tests.bad_files.short_splits import SHORT

CLIENT = Path(__file__).parents[1]
SCORER = CLIENT.parent / "challenge" / "scoring"

if "medbig" not in sys.modules:
    sys.path.insert(0, str(CLIENT / "src"))
    spec = importlib.util.spec_from_file_location(
        "medbig.scoring", SCORER / "__init__.py", submodule_search_locations=[str(SCORER)]
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["medbig.scoring"] = module
    spec.loader.exec_module(module)


@dataclass(frozen=True)
class Ran:
    """Outcome of a command."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _own_settings(tmp_path, monkeypatch) -> None:
    """Keep tests away from the settings of whoever runs them."""
    monkeypatch.setenv("BIG_CONFIG", str(tmp_path / "medbig" / "config.json"))
    for name in ("BIG_HOST", "BIG_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def medbig(capsys, monkeypatch) -> Callable[..., Ran]:
    """Return a function that runs the command in this process."""
    from medbig.commands import main

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["medbig", *map(str, arguments)])
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as ended:
            status = int(ended.code or 0)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


@pytest.fixture
def logged_in(team, monkeypatch) -> Iterator[None]:
    """The team, logged in to the site in this process. Its worker works while the client waits."""
    from medbig import settings
    from medbig.client import Client

    def work(seconds: float) -> None:
        for evaluation in Evaluation.objects.filter(status=Evaluation.Status.QUEUED):
            evaluations.evaluate(evaluation.pk)
        for estimate in Uncertainty.objects.filter(status=Uncertainty.Status.QUEUED):
            uncertainty.estimate(estimate.evaluation_id)

    cache.clear()
    _, token = tokens.create(team, name="test", scope="submit", expires_at=None)
    settings.save(settings.Settings("http://testserver", token))
    transport = httpx.WSGITransport(get_wsgi_application())
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "transport", transport)
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "sleep", work)
    for signal in (request_started, request_finished):  # a request closes the connection that the test is in
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def site(ground_truth, logged_in) -> None:
    """The site with the official test splits."""


@pytest.fixture
def site_of_few_rows(request, logged_in, monkeypatch) -> None:
    """The site and the package with short test splits."""
    request.getfixturevalue("short_site")
    monkeypatch.setattr(uncertainty, "MEDMNIST_PLUS", SHORT)
    use_in_package(SHORT, monkeypatch)


def use_in_package(benchmark: Benchmark, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the package know this benchmark instead of the official one."""
    import medbig.commands  # noqa: F401 - a module that is loaded later would keep this benchmark
    from medbig.scoring.benchmark import Benchmark, Dataset, Task

    def values_of(dataset: object) -> dict[str, Any]:
        return {field.name: getattr(dataset, field.name) for field in fields(Dataset)}

    datasets = [values_of(one) | {"task": Task(one.task.value)} for one in benchmark]
    own = Benchmark(benchmark.name, tuple(Dataset(**values) for values in datasets), benchmark.resolutions)
    for name, loaded in list(sys.modules.items()):
        if name.startswith("medbig.") and hasattr(loaded, "MEDMNIST_PLUS"):
            monkeypatch.setattr(loaded, "MEDMNIST_PLUS", own)


@pytest.fixture(scope="session")
def label_folder(labels, tmp_path_factory) -> Path:
    """Folder with files of the names and the form of MedMNIST's, without images, for the synthetic labels."""
    return write_label_files(tmp_path_factory.mktemp("medmnist"), labels.labels, MEDMNIST_PLUS, 28)


def write_label_files(folder: Path, labels, benchmark: Benchmark, size: int) -> Path:
    """Write a file for each dataset."""
    for dataset in benchmark:
        values = labels[dataset.name].reshape(dataset.n_test, -1)
        name = dataset.name if size == 28 else f"{dataset.name}_{size}"
        np.savez(folder / f"{name}.npz", test_labels=values)
    return folder
