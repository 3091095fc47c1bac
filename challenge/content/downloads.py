"""Files for teams to start from, made when they are first asked for and kept in `DATA_DIR`."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from challenge.scoring.benchmark import Benchmark
from challenge.scoring.examples import write_random_example, write_template


@dataclass(frozen=True, slots=True)
class Download:
    """A file that follows from the benchmark alone: `write` writes it; `name` is what teams get it as."""

    name: str
    content_type: str
    write: Callable[[Path, Benchmark], None]

    def version(self, benchmark: Benchmark) -> str:
        """What the file is kept as: another name for another benchmark, so that no old one is handed out."""
        digest = hashlib.sha256(repr(benchmark).encode()).hexdigest()[:12]
        return f"{digest}-{self.name}"

    def file(self, benchmark: Benchmark) -> Path:
        """The file, which is made if it is not there; two who ask at once make it twice, and see no half of it."""
        folder = settings.DATA_DIR / "downloads"
        path = folder / self.version(benchmark)
        if not path.exists():
            folder.mkdir(exist_ok=True)
            with TemporaryDirectory(dir=folder) as workshop:
                made = Path(workshop) / self.name
                self.write(made, benchmark)
                made.replace(path)
        return path


TEMPLATE = Download("big-template.csv", "text/csv; charset=utf-8", write_template)
EXAMPLE = Download("big-random-example.csv.gz", "application/gzip", write_random_example)
