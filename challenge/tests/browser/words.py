"""Words about a file: those of the site, and those of the checker in the browser."""

import base64
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
from django.conf import settings
from playwright.sync_api import Page

from challenge.content.format_rules import format_rules
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.reading.predictions import Limits, PredictionsError, read_predictions

#: Problem that the checker cannot find, because the labels stay on the server.
NEEDS_LABELS = "truth is not the label of this test image"

#: Script that lets the page's worker check files one after the other, by the given rules.
JUDGE = """async ({rules, files, resolution}) => {
    const {worker: url, parts} = document.querySelector("script[data-worker]").dataset;
    const worker = new Worker(url);
    worker.postMessage({parts: parts.split(" ")});
    const judge = (file) => new Promise((resolve, reject) => {
        worker.onerror = reject;
        worker.onmessage = ({data}) => "progress" in data || resolve(data.result ?? data);
        worker.postMessage({rules, file, resolution});
    });
    const judged = [];
    for (const file of files) {
        const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
        judged.push(await judge(new Blob([bytes])));
    }
    worker.terminate();
    return judged;
}"""


class Words(NamedTuple):
    """Problems of a refused file, or warnings about a valid file."""

    problems: list[str]
    warnings: list[str]

    @property
    def is_valid(self) -> bool:
        return not self.problems


def words_of_the_checker(
    page: Page, benchmark: Benchmark, files: Iterable[bytes], resolution: int | None = None
) -> list[Words]:
    """Return what the worker of a page says about files for a benchmark."""
    encoded = [base64.b64encode(content).decode() for content in files]
    arguments = {"rules": format_rules(benchmark), "files": encoded, "resolution": resolution}
    words = []
    for judged in page.evaluate(JUDGE, arguments):
        assert judged["valid"] == (not judged["problems"]), judged
        words.append(Words([problem["text"] for problem in judged["problems"]], judged["warnings"]))
    return words


def words_of_the_site(
    content: bytes,
    benchmark: Benchmark,
    labels: Mapping[str, np.ndarray] | None = None,
    resolution: int | None = None,
) -> Words:
    """Return what the site says about a file, without problems that only the site can find."""
    limits = Limits(settings.MAX_UPLOAD_BYTES, settings.MAX_DECOMPRESSED_BYTES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions"
        path.write_bytes(content)
        try:
            found = read_predictions(path, benchmark, labels=labels, limits=limits, resolution=resolution)
        except PredictionsError as error:
            problems = [str(problem) for problem in error.problems if NEEDS_LABELS not in problem.message]
        else:
            return Words([], list(found.warnings))
    return Words(problems, []) if problems else words_of_the_site(content, benchmark, None, resolution)
