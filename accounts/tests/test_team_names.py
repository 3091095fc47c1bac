"""Rules for the names of teams, and equality of names."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Team
from accounts.team_names import looks_like_email, normalize_team_name, team_name_key, validate_team_name

INVISIBLE = [
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u202e",
    "\u2066",
    "\u034f",
    "\ufe0f",
]
BLANKS = [" ", "\t", "\n", "\u00a0", "\u2003", "\u2009", "\u202f", "\u3000", "\u1680", "\u2028"]
STEADY = settings(derandomize=True, deadline=None)  # the same examples on every machine, fast or slow


@pytest.mark.parametrize(
    "name", ["MIT", "Team 42", "Müller & Söhne", "深度学习", "Команда", "a @ b", "🧠🔬", "C3"]
)
def test_it_works(name):
    validate_team_name(name)
    assert normalize_team_name(name) == name


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Team Alpha", "TEAM ALPHA"),
        ("Team Alpha", "  team   alpha "),
        ("Straße", "STRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Ångström", "A\u030angstro\u0308m"),
        ("Team Alpha", "Ｔｅａｍ　Ａｌｐｈａ"),  # noqa: RUF001
        ("fine", "ﬁne"),
    ],
)
def test_names_that_look_the_same_are_the_same(name, same):
    assert team_name_key(name) == team_name_key(same)


@pytest.mark.parametrize(
    ("name", "other"), [("Cafe", "Café"), ("Team 1", "Team 2"), ("ab", "a b"), ("MIT", "\u041cIT")]
)
def test_names_that_differ_are_different_whatever_a_collation_says(name, other):
    assert team_name_key(name) != team_name_key(other)


@pytest.mark.parametrize("invisible", INVISIBLE)
def test_invisible_characters_are_removed(invisible):
    assert normalize_team_name(f"{invisible}Te{invisible}am A{invisible}") == "Team A"


@pytest.mark.parametrize("blank", BLANKS)
def test_every_kind_of_blank_is_a_blank(blank):
    assert normalize_team_name(f"{blank}Team{blank}{blank}A") == "Team A"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "too_short"),
        ("   ", "too_short"),
        ("A", "too_short"),
        ("A\u200b\u200b", "too_short"),
        ("e\u0301\u0302\u0303", "too_short"),
        ("x" * 61, "too_long"),
        ("ﷺ" * 4, "too_long"),
        ("alpha@example.org", "like_email"),
        ("alpha＠example", "like_email"),  # noqa: RUF001
        ("We are a@b.de", "like_email"),
        ("Anonymous", "reserved"),
        ("ANONYMOUS team 123", "reserved"),
        ("Ano\u00adnymous team", "reserved"),
        ("Team\x00A", "not_showable"),
        ("Team\x07A", "not_showable"),
        ("Team\ue000A", "not_showable"),
        ("Team\u3164A", "not_showable"),
        ("Team\u2800A", "not_showable"),
        ("Team\ud800A", "not_showable"),
    ],
)
def test_bad_names_are_refused(name, code):
    with pytest.raises(ValidationError) as error:
        validate_team_name(name)
    assert error.value.code == code


@STEADY
@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(name):
    once = normalize_team_name(name)
    assert normalize_team_name(once) == once
    assert team_name_key(once) == team_name_key(name)


@STEADY
@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(INVISIBLE))
def test_an_invisible_character_anywhere_makes_no_other_name(start, end, invisible):
    assert team_name_key(start + invisible + end) == team_name_key(start + end)


@STEADY
@given(st.text(max_size=40))
def test_case_makes_no_other_name(name):
    assert team_name_key(name.casefold()) == team_name_key(name)


@STEADY
@given(st.text(max_size=80))
def test_a_name_that_is_taken_can_be_shown_and_is_no_email_address(name):
    try:
        validate_team_name(name)
    except ValidationError:
        return
    shown = normalize_team_name(name)
    assert 2 <= len(shown) <= 60
    assert not any(unicodedata.category(c)[0] == "C" for c in shown)
    assert not looks_like_email(name)


def test_a_name_is_stored_normalised(db):
    team = Team.objects.create_user(" Team\u200b\u3000Alpha ", "alpha@example.org")
    assert team.name == "Team Alpha"
    team.name = "Team  Gamma"
    team.save(update_fields=["name"])
    team.refresh_from_db()
    assert team.name == "Team Gamma"
    assert Team.objects.get_by_natural_key("TEAM GAMMA") == team


def test_a_team_refuses_a_taken_name(team):
    with pytest.raises(ValidationError, match="already registered"):
        Team(name="TEAM  alpha", email="new@example.org").full_clean(exclude=["password"])
    team.full_clean()
