"""Requests made by hand: pages to ask for, and whole and spoilt bodies of the form for a submission."""

from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT

PROFILE = "/profile/"
ABOUT = {"resolution": "28", "model_name": "Model", "description": "A test."}


def part(name: str, value: bytes, disposition: str = "", content_type: str = "") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"{disposition}\r\n'
    head += f"Content-Type: {content_type}\r\n" if content_type else ""
    return f"--{BOUNDARY}\r\n{head}\r\n".encode() + value + b"\r\n"


def file_part(filename: str = "x.csv", value: bytes = b"dataset\n", name: str = "upload") -> bytes:
    return part(name, value, f'; filename="{filename}"', "text/csv")


FIELDS = b"".join(part(name, value.encode()) for name, value in ABOUT.items())
END = f"--{BOUNDARY}--\r\n".encode()


def send(client: Client, body: bytes, content_type: str = MULTIPART_CONTENT, **headers):
    return client.generic("POST", PROFILE, body, content_type, **headers)


ODD_BODIES = {
    "no file name": FIELDS + part("upload", b"dataset\n") + END,
    "an empty file name": FIELDS + file_part("") + END,
    "a path and no name": FIELDS + file_part("../") + END,
    "dots": FIELDS + file_part("..") + END,
    "no field at all": END,
    "nothing": b"",
    "no end": FIELDS + file_part()[:-2],
    "cut in a head": FIELDS + b"--" + BOUNDARY.encode() + b"\r\nContent-Dispo",
    "cut in the file": FIELDS + file_part()[:-5],
    "no name": FIELDS + part("", b"x") + END,
    "no disposition": f"--{BOUNDARY}\r\n\r\nx\r\n".encode() + END,
    "broken transfer encoding": FIELDS + part("model_name", b"!", '\r\nContent-Transfer-Encoding: base64') + END,
    "broken base64 file": FIELDS + part("upload", b"!", '; filename="x"\r\nContent-Transfer-Encoding: base64') + END,
    "unknown character set": FIELDS + part("model_name", b"\xff", "", "text/plain; charset=nonsense") + END,
    "fields that are not UTF-8": part("model_name", b"\xff\xfe\x00") + FIELDS + file_part() + END,
    "NUL in a field": FIELDS + part("model_name", b"a\0b") + file_part() + END,
    "surrogates": FIELDS + part("description", b"\xed\xa0\x80") + file_part() + END,
    "the file as text and as file": FIELDS + part("upload", b"x") + file_part() + END,
    "a field as a file": file_part("x.csv", b"Model", "model_name") + FIELDS + file_part() + END,
    "RFC 5987 name": FIELDS + part("upload", b"dataset\n", "; filename*=UTF-8''..%2f..%2fevil.csv") + END,
    "bad RFC 5987 name": FIELDS + part("upload", b"dataset\n", "; filename*=nonsense''%ff%00.csv") + END,
    "NUL in the name": FIELDS + file_part("a\0.csv") + END,
    "a preamble": b"hello\r\n" + FIELDS + file_part() + END,
    "a long name of a field": FIELDS + part("x" * 20_000, b"x") + END,
    "only boundaries": (f"--{BOUNDARY}\r\n".encode()) * 500 + END,
}  # fmt: skip

PAGES = ["/", "/leaderboard/", PROFILE, "/profile/submissions/", "/submissions/1/", "/submissions/1/file/"]
