"""Secrets in files, as containers have them: read without white space, or refused with a reason."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from bigsite.secret_files import SECRETS, read_secret_files


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_comes_from_its_file(name, tmp_path):
    (tmp_path / "secret").write_text("very secret\n")
    environment = {f"{name}_FILE": str(tmp_path / "secret"), name: ""}
    read_secret_files(environment)
    assert environment[name] == "very secret"


def test_a_secret_may_be_given_once_only(tmp_path):
    (tmp_path / "secret").write_text("one")
    environment = {"SECRET_KEY": "another", "SECRET_KEY_FILE": str(tmp_path / "secret")}
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY and SECRET_KEY_FILE are both set"):
        read_secret_files(environment)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL_FILE cannot be read: .*gone"):
        read_secret_files({"DATABASE_URL_FILE": str(tmp_path / "gone")})


def test_an_empty_file_is_named(tmp_path):
    (tmp_path / "empty").touch()
    with pytest.raises(ImproperlyConfigured, match="is empty"):
        read_secret_files({"SECRET_KEY_FILE": str(tmp_path / "empty")})
