"""Writing of files that appear as a whole: a reader sees the old file or the new one, never half of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a draft to write to, of the same name, which then takes the place of `path`; after an error it is deleted.

    The folder of `path` must exist. Two processes that write the same file at once do not disturb each other: the last
    one wins.
    """
    with TemporaryDirectory(dir=path.parent, prefix=".draft-") as folder:
        draft = Path(folder, path.name)
        yield draft
        draft.replace(path)
