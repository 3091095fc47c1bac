"""Formats other than CSV, recognized by the first bytes of a file."""

import re
from collections.abc import Iterable

from .problems import refuse

#: First bytes of formats that people upload by mistake, the most specific first.
OTHER_FORMATS = (
    (b"\x1f\x8b", "gzip data inside gzip data; compress the file once"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"FEA1", "a Feather file"),
    (b"\x93NUMPY", "a NumPy .npy file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"SQLite format 3", "an SQLite database"),
    (
        b"version https://git-lfs",
        "a pointer of Git LFS; run `git lfs pull` and send the file that it points to",
    ),
    (b"\x89HDF", "an HDF5 file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel (.xls) file"),
    (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ", "xz data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF file"),
    (b"\x89PNG", "a PNG picture"),
    (b"{\\rtf", "an RTF document"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
    (b"\xff\xfe\0\0", "UTF-32 text; save it as UTF-8"),
    (b"\0\0\xfe\xff", "UTF-32 text; save it as UTF-8"),
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
    (b"<", "an HTML or XML page"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)


#: Bytes that tell UTF-16 and UTF-32 without a byte order mark: every other byte, or three of four, are zero.
_SAMPLE = 64

#: Control characters that no header has. Escape is left out, because terminals write it between words.
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

#: A tar archive begins with the name of its first file.
_TAR_PLACE, _TAR_MAGIC = 257, b"ustar"


def check_is_text(beginning: bytes) -> None:
    """Refuse the beginning of a file (without a byte order mark of UTF-8) in another format, and name the format."""
    encoding = _wide_encoding(beginning[:_SAMPLE])
    if encoding:
        raise refuse(f"The file is not CSV: it seems to be {encoding} text; save it as UTF-8")
    if beginning[_TAR_PLACE:].startswith(_TAR_MAGIC):
        raise refuse("The file is not CSV: it seems to be a tar archive")
    beginning = beginning.lstrip(b" \t\r\n")
    if beginning.startswith(b"PK\x03\x04"):
        raise refuse(f"The file is not CSV: it seems to be {_kind_of_zip(beginning)}")
    for magic, name in OTHER_FORMATS:
        if beginning.startswith(magic):
            raise refuse(f"The file is not CSV: it seems to be {name}")
    if _CONTROLS.search(beginning.split(b"\n", 1)[0]):
        raise refuse("The file is not CSV: it seems to be binary data; write the predictions as text")


def _wide_encoding(sample: bytes) -> str | None:
    """Return the encoding of ASCII text whose characters take two or four bytes; None for other bytes."""
    for width, encoding in ((4, "UTF-32"), (2, "UTF-16")):
        whole = sample[: len(sample) // width * width]
        columns = [whole[place::width] for place in range(width)]
        for place in (0, width - 1):  # little or big endian
            others = columns[:place] + columns[place + 1 :]
            if len(whole) >= 8 and all(columns[place]) and not any(map(any, others)):
                return encoding
    return None


def _kind_of_zip(beginning: bytes) -> str:
    """Return the format of a zip archive by its first bytes, which name the first entries."""
    if b".npy" in beginning:
        return "a NumPy .npz file"
    if b"[Content_Types].xml" in beginning or b"xl/" in beginning:
        return "an Excel (.xlsx) file"
    return "a PyTorch file" if b"/data.pkl" in beginning else "a zip archive"


def kind_of_zip(names: Iterable[str]) -> str | None:
    """Return the format of a zip archive by the names of its entries; None if it is just an archive."""
    for name in names:
        if name.endswith(".npy"):
            return "a NumPy .npz file"
        if name == "[Content_Types].xml":
            return "an Excel (.xlsx) file"
        if name == "content.xml":
            return "an OpenDocument (.ods) file"
        if name.endswith("/data.pkl"):
            return "a PyTorch file"
    return None
