"""Command `manage.py setup`: it asks or takes options, adds what is missing, and can be run twice."""

import sys
from io import StringIO
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.models import Team
from challenge.management.commands import setup
from challenge.models import HistoryLine, PublishedMethod

PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def site(db, settings, tmp_path, monkeypatch):
    """An empty site whose file of settings is in a temporary folder; other commands are only noted."""
    settings.STATIC_ROOT = tmp_path / "static"
    settings.CONTACT_EMAIL = ""
    monkeypatch.setenv("ENV_FILE", str(tmp_path / "env"))
    monkeypatch.setenv(setup.PASSWORD, PASSWORD)
    noted = Mock()

    def call(name: str, *args, **options):
        if name == "migrate":
            call_command(name, *args, **options)
        elif name != "collectstatic":
            noted(name, *args, **options)

    monkeypatch.setattr(setup, "call_command", call)
    return noted


@pytest.fixture
def answers(monkeypatch):
    """Return a function that gives the answers to the questions, in order; it returns the questions asked."""

    def give(*texts: str) -> list[str]:
        asked: list[str] = []
        remaining = list(texts)

        def answer(question: str) -> str:
            asked.append(question)
            return remaining.pop(0) if remaining else ""

        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("builtins.input", answer)
        return asked

    return give


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("setup", *arguments, stdout=output, no_color=True)
    return output.getvalue()


def calls_of(site: Mock, name: str) -> list:
    return [call.args[1:] or call.kwargs for call in site.call_args_list if call.args[0] == name]


def test_options_give_all_that_a_site_needs(site, tmp_path, settings):
    shown = run(
        *("--no-input", "--admin", "Chair", "chair@uni.edu", "--contact", "big@uni.edu"),
        *("--labels", "/data/medmnist", "--test-mail", "chair@uni.edu"),
    )
    chair = Team.objects.get()
    assert (chair.name, chair.is_superuser, chair.check_password(PASSWORD)) == ("Chair", True, True)
    assert (tmp_path / "env").read_text() == "CONTACT_EMAIL=big@uni.edu\n"
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600
    assert calls_of(site, "load_ground_truth") == [("/data/medmnist",)]
    assert calls_of(site, "send_test_mail") == [("chair@uni.edu",)]
    assert len(calls_of(site, "import_reported_baselines")) == 1
    assert "ok       Administrator" in shown
    assert "MISSING  Worker: The worker was never seen." in shown
    assert "`manage.py check_site` says this again later." in shown
    line = HistoryLine.objects.get()
    assert (line.actor_name, line.action, line.team) == ("manage.py", "made an administrator", chair)


def test_twice_changes_nothing(site, tmp_path):
    options = ("--no-input", "--admin", "Chair", "chair@uni.edu", "--contact", "big@uni.edu")
    run(*options)
    PublishedMethod.objects.create(scheme="knn", architecture="vgg16", resolution=28)
    site.reset_mock()
    shown = run(*options)
    assert "The site has an administrator; --admin adds no other." in shown
    assert Team.objects.count() == 1
    assert (tmp_path / "env").read_text() == "CONTACT_EMAIL=big@uni.edu\n"
    assert calls_of(site, "import_reported_baselines") == []


def test_other_settings_of_the_file_stay(tmp_path):
    (tmp_path / "env").write_text("# the site\nCONTACT_EMAIL=\nSITE_URL=https://big.uni.edu")
    run("--no-input", "--contact", "big@uni.edu")
    assert (
        tmp_path / "env"
    ).read_text() == "# the site\nCONTACT_EMAIL=big@uni.edu\nSITE_URL=https://big.uni.edu"


def test_it_asks_for_what_is_missing(answers, site):
    asked = answers("big@uni.edu", "Chair", "chair@uni.edu", "download", "chair@uni.edu")
    run()
    assert Team.objects.get().name == "Chair"
    assert calls_of(site, "load_ground_truth")[0]["download"] is True
    assert calls_of(site, "send_test_mail") == [("chair@uni.edu",)]
    assert [question.split(" (")[0] for question in asked] == [
        "Address that teams write to",
        "Name of the administrator",
        "E-mail address of the administrator",
        "Test labels: “download”",
        "Address for a test mail",
    ]


def test_a_wrong_answer_is_asked_again_and_enter_skips(answers, team):
    asked = answers("nonsense", "big@uni.edu", team.name, "Chair", team.email, "chair@uni.edu")
    run()
    assert Team.objects.filter(is_superuser=True).get().email == "chair@uni.edu"
    assert len(asked) == 8


def test_the_address_of_the_example_is_asked_for(answers, settings, tmp_path):
    settings.CONTACT_EMAIL = "big@example.org"
    asked = answers("big@uni.edu")
    run()
    assert asked[0].startswith("Address that teams write to")
    assert (tmp_path / "env").read_text() == "CONTACT_EMAIL=big@uni.edu\n"


def test_the_password_is_asked_for_until_it_is_typed_twice(answers, monkeypatch):
    monkeypatch.delenv(setup.PASSWORD)
    typed = iter(["short", PASSWORD, "mistyped", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda question: next(typed))
    answers("big@uni.edu", "Chair", "chair@uni.edu")
    shown = run()
    assert "too short" in shown
    assert "These are two different passwords." in shown
    assert Team.objects.get().check_password(PASSWORD)


def test_a_database_that_does_not_answer_says_what_to_do(monkeypatch):
    monkeypatch.setattr(setup, "call_command", Mock(side_effect=OperationalError("Unknown database 'big'")))
    with pytest.raises(
        CommandError, match=r"Unknown database 'big'\)\. Look at DATABASE_URL; docs/operations\.md"
    ):
        run("--no-input")


def test_a_step_that_fails_does_not_stop_the_others(site):
    site.side_effect = CommandError("No labels were loaded: no network.")
    shown = run("--no-input", "--labels", "download", "--test-mail", "chair@uni.edu")
    assert "No labels were loaded: no network." in shown
    assert calls_of(site, "send_test_mail") == [("chair@uni.edu",)]
    assert "MISSING  Test labels" in shown


def test_without_a_terminal_nothing_is_asked(site, monkeypatch):
    monkeypatch.setattr("builtins.input", Mock(side_effect=EOFError))
    assert "MISSING  Administrator: " in run()
    assert calls_of(site, "load_ground_truth") == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--contact", "nonsense"], "“nonsense”: Enter a valid email address."),
        (["--contact", "a@b.edu\nDEBUG=on"], "Enter a valid email address."),
        (["--admin", "a@b.edu", "chair@uni.edu"], "“a@b.edu”: "),
        (["--admin", "Chair", "chair"], "“chair”: Enter a valid email address."),
    ],
)
def test_wrong_options_are_refused_with_a_message(options, message, tmp_path):
    with pytest.raises(CommandError) as error:
        run("--no-input", *options)
    assert message in str(error.value)
    assert not Team.objects.exists()
    assert not (tmp_path / "env").exists()


@pytest.mark.parametrize(
    ("password", "message"), [("", "set DJANGO_SUPERUSER_PASSWORD"), ("123", "too short")]
)
def test_a_missing_or_weak_password_is_refused(password, message, monkeypatch):
    monkeypatch.setenv(setup.PASSWORD, password)
    with pytest.raises(CommandError, match=message):
        run("--no-input", "--admin", "Chair", "chair@uni.edu")
    assert not Team.objects.exists()


def test_an_address_of_a_team_is_refused(team):
    with pytest.raises(CommandError, match=r"A team has this address\."):
        run("--no-input", "--admin", "Chair", team.email)
