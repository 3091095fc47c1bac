"""Names that claim authority or mix scripts: refused at registration, with a reason."""

import pytest
from django.core.exceptions import ValidationError

from accounts.misleading_names import refuse_claims
from accounts.models import Team
from accounts.team_names import validate_team_name
from conftest import PASSWORD

CLAIMS = [
    *(
        "Admin",
        "ADMINISTRATOR",
        "BIG admin",
        "The Organizers",
        "Organiser 2",
        "Team Official",
        "Official results",
    ),
    *(
        "BIG",
        "big benchmark",
        "MedMNIST",
        "MedMNIST team",
        "MedMNIST+",
        "The BIG challenge",
        "Support",
        "Security team",
    ),
    *("Adm1n", "0fficial", "Ádmin", "BIG-Admin", "B_I_G", "bigadmin", "Webmaster", "ａｄｍｉｎ"),  # noqa: RUF001
]
HONEST = [
    *(
        "Big Data Lab",
        "Badminton club",
        "Support Vectors",
        "Team 42",
        "MedMNIST fans Utrecht",
        "42",
        "System Biology",
    ),
    *("Administration of Images", "深度学习", "Müller & Söhne", "Siteswap", "Big Sur"),
]
MIXED = ["Теam Alpha", "Team α", "МIT", "Team Москва", "PaypaΙ"]  # noqa: RUF001
ONE_SCRIPT = ["Команда", "Ομάδα", "チームA", "深度学习 Lab", "한국 Lab", "Ünï", "Team №5"]


def register(client, name: str):
    form = {"username": name, "email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", form)


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.django_db
def test_a_name_that_claims_authority_is_refused(client, name):
    response = register(client, name)
    assert response.status_code == 200
    assert "Readers could take this name for the organizers" in response.text
    assert not Team.objects.exists()


@pytest.mark.parametrize("name", HONEST)
def test_honest_names_are_free(name):
    refuse_claims(name)


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.django_db
def test_a_name_of_several_scripts_is_refused(client, name):
    response = register(client, name)
    assert "must not mix letters of different scripts" in response.text
    assert not Team.objects.exists()


@pytest.mark.parametrize("name", ONE_SCRIPT)
def test_a_name_of_one_script_is_free(name):
    validate_team_name(name)


def test_the_reason_names_the_scripts():
    with pytest.raises(ValidationError, match="here Cyrillic and Latin"):
        validate_team_name("Теam")  # noqa: RUF001


@pytest.mark.django_db
def test_organizers_may_be_called_organizers():
    assert Team.objects.create_superuser("The Organizers", "chair@example.org", PASSWORD).pk
