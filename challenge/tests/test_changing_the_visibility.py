"""Changes of who sees an entry, for single entries and for seeds of a group."""

from datetime import date, timedelta

import pytest
from django.test import Client

from challenge.models import Submission, SubmissionRevision, Visibility
from challenge.models.visibility import today
from challenge.services import entries, groups, history, submissions
from challenge.services.figure_files import figures_path
from challenge.tests.pages import attribute, page_of, text_of

TEXTS = {"model_name": "ResNet-18", "description": "Trained with care."}
TOMORROW = today() + timedelta(days=1)


@pytest.fixture
def client(team, as_user) -> Client:
    return as_user(team)


@pytest.fixture
def seeds(team, entry) -> list[Submission]:
    """Two seeds of a group, and a single entry."""
    made = [entry(team, auc, sha256=str(auc), **TEXTS) for auc in (0.7, 0.8, 0.9)]
    groups.create_group(team=team, name="Seeds", members=[one.pk for one in made[:2]])
    return made


def edit(client: Client, submission: Submission, **changes):
    return client.post(f"/submissions/{submission.pk}/edit/", TEXTS | changes)


def visibilities(*submissions: Submission) -> list[tuple[str, date | None]]:
    for one in submissions:
        one.refresh_from_db()
    return [(one.visibility, one.anonymous_until) for one in submissions]


@pytest.mark.parametrize("visibility", Visibility.values)
@pytest.mark.parametrize("before", Visibility.values)
def test_every_visibility_can_become_every_other(client, team, entry, before, visibility):
    one = entry(team, 0.9, visibility=before)
    edit(client, one, visibility=visibility)
    assert visibilities(one) == [(visibility, None)]


def test_a_request_without_a_visibility_keeps_it(client, team, entry):
    one = entry(team, 0.9, visibility="private")
    assert edit(client, one, model_name="ResNet-50").status_code == 302
    assert visibilities(one) == [("private", None)]


def test_anonymity_can_end_and_its_end_can_change(client, team, entry):
    one = entry(team, 0.9)
    edit(client, one, visibility="anonymous", anonymous_until=TOMORROW.isoformat())
    assert visibilities(one) == [("anonymous", TOMORROW)]
    page = page_of(client, f"/submissions/{one.pk}/edit/")
    assert attribute(page, "[name=anonymous_until]", "value") == [TOMORROW.isoformat()]
    edit(client, one, visibility="anonymous")
    assert visibilities(one) == [("anonymous", None)]


def test_the_end_goes_with_the_anonymity(client, team, entry):
    one = entry(team, 0.9, visibility="anonymous", anonymous_until=TOMORROW)
    edit(client, one, visibility="public", anonymous_until=TOMORROW.isoformat())
    assert visibilities(one) == [("public", None)]


@pytest.mark.parametrize(
    ("until", "message"),
    [(today(), "not in the future"), (today() + timedelta(days=731), "more than two years away")],
)
def test_an_end_that_is_not_possible_is_refused(client, team, entry, until, message):
    one = entry(team, 0.9)
    page = edit(
        client, one, model_name="Other", visibility="anonymous", anonymous_until=until.isoformat()
    ).text
    assert message in page
    assert visibilities(one) == [("public", None)]
    assert not SubmissionRevision.objects.exists()
    with pytest.raises(entries.EntryRefusedError, match=message):
        entries.set_visibility(one, "anonymous", until)


def test_an_anonymity_that_has_ended_is_shown_as_public(client, team, entry):
    one = entry(team, 0.9, visibility="anonymous", anonymous_until=today(), **TEXTS)
    page = page_of(client, f"/submissions/{one.pk}/edit/")
    assert attribute(page, "[name=visibility][checked]", "value") == ["public"]
    assert attribute(page, "[name=anonymous_until]", "value") == []
    assert edit(client, one, model_name="ResNet-50", visibility="public").status_code == 302


def test_all_seeds_of_a_group_change_together_and_the_form_says_so(client, seeds):
    page = text_of(page_of(client, f"/submissions/{seeds[0].pk}/edit/"))
    assert "it changes for all 2 seeds" in page
    edit(client, seeds[0], visibility="anonymous", anonymous_until=TOMORROW.isoformat())
    assert visibilities(*seeds) == [("anonymous", TOMORROW)] * 2 + [("public", None)]
    assert "seeds" not in text_of(page_of(client, f"/submissions/{seeds[2].pk}/edit/"))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"visibility": "private"}, "private"),
        ({"visibility": "anonymous"}, "anonymous"),
        (
            {"visibility": "anonymous", "anonymous_until": date(2100, 3, 1)},
            "anonymous until 1 March 2100",
        ),
    ],
)
def test_a_group_of_mixed_visibility_is_refused_with_the_reason(team, entry, other, words):
    one, two = entry(team, 0.7, sha256="1"), entry(team, 0.8, sha256="2", **other)
    with pytest.raises(groups.GroupRefusedError) as refused:
        groups.create_group(team=team, name="Seeds", members=[one.pk, two.pk])
    assert f"the same visibility (public: #{one.pk}; {words}: #{two.pk})" in str(refused.value)


def test_an_anonymity_that_has_ended_is_public_in_a_group(team, entry):
    one = entry(team, 0.7, sha256="1")
    two = entry(team, 0.8, sha256="2", visibility="anonymous", anonymous_until=today())
    group = groups.create_group(team=team, name="Seeds", members=[one.pk, two.pk])
    assert group.submissions.count() == 2


@pytest.mark.parametrize("visibility", ["private", "anonymous"])
def test_private_and_anonymous_seeds_can_be_grouped(team, entry, visibility):
    pair = [entry(team, auc, sha256=str(auc), visibility=visibility) for auc in (0.7, 0.8)]
    group = groups.create_group(team=team, name="Seeds", members=[one.pk for one in pair])
    assert group.submissions.count() == 2


def test_a_chosen_entry_that_is_hidden_is_not_chosen_any_more(team, entry):
    one = entry(team, 0.9)
    entries.choose(one)
    entries.set_visibility(one, "private")
    entries.set_visibility(one, "public")
    one.refresh_from_db()
    assert one.chosen_at is None


def test_figures_with_the_name_are_deleted(
    team, entry, settings, tmp_path, django_capture_on_commit_callbacks
):
    one = entry(team, 0.9)
    settings.FIGURES_DIR = tmp_path
    figures_path(one.evaluations.get()).write_bytes(b"the figures")
    with django_capture_on_commit_callbacks(execute=True):
        entries.set_visibility(one, "anonymous")
    assert not list(tmp_path.iterdir())


def test_a_disqualified_entry_keeps_its_visibility(team, entry):
    one = entry(team, 0.9)
    submissions.disqualify(one, "A reason.", by=history.COMMAND)
    with pytest.raises(entries.EntryRefusedError):
        entries.set_visibility(one, "private")
