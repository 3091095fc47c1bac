"""Teams that register and log in inside the demo, by `Demo.call`, for tests that are about other pages.

They send the forms to Django itself, so they are the same as teams in a browser. Only the limit of registrations is
off: one address may send 20 a minute, and a fast machine runs more tests than that.
"""

from functools import cache
from unittest import mock

from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings

from accounts import tokens
from accounts.models import Team

PASSWORD = "correct horse battery staple"


def address_of(team: str) -> str:
    """Return the e-mail address with which a team registers."""
    return f"{team.lower().replace(' ', '-')}@example.org"


def register(names: list[str]) -> dict[str, str]:
    """Register teams; return the key of each team's session by its name."""
    # All have the same password. One hash is enough, which takes longer than the rest of a registration.
    one_hash = mock.patch("django.contrib.auth.base_user.make_password", cache(make_password))
    with override_settings(ACCOUNT_RATE_LIMITS=False), one_hash:
        return {
            name: _session_after(
                "signup", username=name, email=address_of(name), password1=PASSWORD, password2=PASSWORD
            )
            for name in names
        }


def log_in(names: list[str]) -> dict[str, str]:
    """Log existing teams in; return the key of each team's session by its name."""
    return {name: _session_after("login", login=name, password=PASSWORD) for name in names}


def token_of(name: str) -> str:
    """Register a team; return a token that may submit."""
    register([name])
    _, text = tokens.create(Team.objects.get(name=name), name="test", scope="submit", expires_at=None)
    return text


def _session_after(form: str, **fields: str) -> str:
    client = Client(SERVER_NAME="127.0.0.1")
    response = client.post(f"/accounts/{form}/", fields)
    assert response.status_code == 302, response.text
    return client.cookies["sessionid"].value
