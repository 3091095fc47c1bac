"""Files for teams to start from, made at the first request and kept in `DATA_DIR`."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from challenge.formats.atomic import atomic_write
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.examples import write_random_example, write_template


@dataclass(frozen=True, slots=True)
class Download:
    """A file that depends on the benchmark alone; teams get it under `name`."""

    name: str
    content_type: str
    write: Callable[[Path, Benchmark], None]

    def version(self, benchmark: Benchmark) -> str:
        """Return the name of the cached file; it contains the hash of the benchmark."""
        digest = hashlib.sha256(repr(benchmark).encode()).hexdigest()[:12]
        return f"{digest}-{self.name}"

    def file(self, benchmark: Benchmark) -> Path:
        """Return the path of the file, and make the file if it is not there."""
        folder = settings.DATA_DIR / "downloads"
        path = folder / self.version(benchmark)
        if not path.exists():
            folder.mkdir(exist_ok=True)
            with atomic_write(path) as draft:
                self.write(draft, benchmark)
        return path


TEMPLATE = Download("big-template.csv", "text/csv; charset=utf-8", write_template)
EXAMPLE = Download("big-random-example.csv.gz", "application/gzip", write_random_example)
