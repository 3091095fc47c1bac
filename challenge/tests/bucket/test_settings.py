"""Settings of the bucket: none by default, refused without its packages."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from bigsite import storage_settings
from bigsite.storage_settings import file_storages
from challenge import files


def test_without_a_bucket_the_files_are_in_the_data_folder(monkeypatch, settings, tmp_path):
    monkeypatch.delenv("S3_BUCKET")
    found = file_storages(tmp_path)
    assert found == {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path, "base_url": None},
        }
    }


def test_the_packages_are_named_where_they_are_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(storage_settings, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match=r"pip install -r requirements/s3\.txt"):
        file_storages(tmp_path)


def test_an_address_without_its_beginning_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("S3_ENDPOINT_URL", "minio.example.org")
    with pytest.raises(ImproperlyConfigured, match=r"Begin it with https://"):
        file_storages(tmp_path)


def test_uploads_never_replace_each_other(bucket, settings):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    first, second = (default_storage.save("1/same.csv", ContentFile(text)) for text in (b"one", b"two"))
    assert first != second
    assert bucket.read(f"submissions/{first}") == b"one"


def test_a_name_ending_in_gz_comes_back_as_it_was_sent(bucket):
    place = files.settings.DATA_DIR / "published" / "1.csv.gz"
    with files.writing(place) as draft:
        draft.write_bytes(b"\x1f\x8b not really")
    assert bucket.bucket.Object("published/1.csv.gz").content_encoding is None
    with files.open_file(place) as stored:
        assert stored.read() == b"\x1f\x8b not really"
    files.delete(place)
    files.delete(place)
    assert not files.exists(place)
    assert files.size_of(place) is None
    with pytest.raises(FileNotFoundError):
        files.open_file(place)


def test_a_draft_that_fails_is_stored_nowhere(bucket):
    place = files.settings.DATA_DIR / "published" / "2.csv.gz"

    def fail() -> None:
        with files.writing(place) as draft:
            draft.write_bytes(b"half")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        fail()
    assert not bucket.names
