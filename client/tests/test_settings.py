"""Address and token: from the environment or a file that only its owner can read."""

import pytest

from medbig import settings
from medbig.errors import MedbigError
from medbig.settings import Settings


def test_what_was_saved_is_loaded_and_only_its_owner_can_read_it():
    stored = settings.save(Settings("https://big.example.org", "big_secret"))
    assert settings.load() == Settings("https://big.example.org", "big_secret")
    assert stored.stat().st_mode & 0o777 == 0o600


def test_without_anything_the_site_of_the_demo_is_meant():
    assert settings.load() == Settings(settings.DEFAULT_HOST)


def test_the_environment_goes_first(monkeypatch):
    settings.save(Settings("https://big.example.org", "big_secret"))
    monkeypatch.setenv("BIG_TOKEN", "big_other")
    assert settings.load() == Settings("https://big.example.org", "big_other")


def test_a_stored_token_is_not_sent_to_another_site(monkeypatch):
    settings.save(Settings("https://big.example.org", "big_secret"))
    monkeypatch.setenv("BIG_HOST", "https://elsewhere.example.org")
    assert settings.load() == Settings("https://elsewhere.example.org")
    monkeypatch.setenv("BIG_HOST", "big.example.org/")
    assert settings.load().token == "big_secret"


def test_a_file_that_others_can_read_is_refused():
    settings.save(Settings("https://big.example.org", "big_secret")).chmod(0o644)
    with pytest.raises(MedbigError, match="chmod 600"):
        settings.load()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"host": "https://x"}'])
def test_a_damaged_file_says_what_to_do(content):
    file = settings.save(Settings("https://big.example.org", "big_secret"))
    file.write_text(content)
    with pytest.raises(MedbigError, match="medbig login"):
        settings.load()


@pytest.mark.parametrize("host", ["", "ftp://x", "https://", "https://[x"])
def test_what_is_no_address_is_refused(host):
    with pytest.raises(MedbigError, match="not the address"):
        settings.clean(host)
