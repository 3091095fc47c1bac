"""Atomic writing of files: a reader sees the old file or the new file, never an incomplete one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

#: Beginning of the names of folders with drafts.
DRAFT = ".draft-"


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a draft with the same file name, which then replaces `path`; after an error, the draft is deleted.

    The folder of `path` must exist. If two processes write the same file at once, the last one wins.
    """
    with TemporaryDirectory(dir=path.parent, prefix=DRAFT) as folder:
        draft = Path(folder, path.name)
        yield draft
        draft.replace(path)
