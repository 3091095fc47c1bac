"""A bucket on this machine, and machines that share it, the database, and no disk."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bigsite.storage_settings import file_storages

KEYS = {"S3_ACCESS_KEY": "someone", "S3_SECRET_KEY": "secret", "S3_REGION": "us-east-1"}
FOLDERS = {
    "GROUND_TRUTH_DIR": "ground_truth",
    "SUBMISSION_DIR": "submissions",
    "RELEASES_DIR": "releases",
    "PUBLISHED_DIR": "published",
    "FIGURES_DIR": "figures",
    "SAMPLES_DIR": "samples",
}
OnMachine = Callable[[str], Path]


@pytest.fixture(scope="session")
def service() -> Iterator[str]:
    """Address of a service that answers as Amazon's."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def on_machine(tmp_path, settings, bucket) -> OnMachine:
    """Return a function that moves this process to another machine, with a data folder of its own."""

    def move(name: str) -> Path:
        settings.DATA_DIR = tmp_path / name
        for setting, folder in FOLDERS.items():
            setattr(settings, setting, settings.DATA_DIR / folder)
        for folder in ("ground_truth", "submissions", "releases"):  # as `make_folders` does
            (settings.DATA_DIR / folder).mkdir(parents=True, exist_ok=True)
        return settings.DATA_DIR

    move("web")
    return move


class Bucket:
    """The bucket of a test, read without the site's code."""

    def __init__(self, address: str) -> None:
        self.name = f"big-{uuid4().hex}"
        service = boto3.resource(
            "s3",
            endpoint_url=address,
            region_name=KEYS["S3_REGION"],
            aws_access_key_id=KEYS["S3_ACCESS_KEY"],
            aws_secret_access_key=KEYS["S3_SECRET_KEY"],
        )
        self.bucket = service.create_bucket(Bucket=self.name)

    @property
    def names(self) -> set[str]:
        return {one.key for one in self.bucket.objects.all()}

    def read(self, name: str) -> bytes:
        return self.bucket.Object(name).get()["Body"].read()

    def write(self, name: str, content: bytes) -> None:
        self.bucket.put_object(Key=name, Body=content)


@pytest.fixture
def bucket(service, monkeypatch, settings) -> Bucket:
    """The bucket in which the site keeps its files."""
    made = Bucket(service)
    for name, value in {**KEYS, "S3_BUCKET": made.name, "S3_ENDPOINT_URL": service}.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = settings.STORAGES | file_storages(settings.SUBMISSION_DIR)
    return made


@pytest.fixture
def bucket_is_down(bucket, monkeypatch, settings) -> Callable[[], AbstractContextManager[None]]:
    """Return a context in which nothing answers at the address of the service."""

    @contextmanager
    def down() -> Iterator[None]:
        before = settings.STORAGES
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with monkeypatch.context() as patch:
            patch.setenv("S3_ENDPOINT_URL", f"http://127.0.0.1:{port}")
            settings.STORAGES = before | file_storages(settings.SUBMISSION_DIR)
            yield
        settings.STORAGES = before

    return down


@pytest.fixture
def on_commit(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def files_under(folder: Path) -> set[str]:
    """Return the names of the files of a machine."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
