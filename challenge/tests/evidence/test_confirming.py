"""Studies that organizers confirm: on the page, in the history, and after the team has changed its link."""

import pytest
from django.test import Client

from challenge.models import HistoryLine, StudyConfirmation
from challenge.services import entries, evidence
from challenge.services.evidence import EvidenceRefusedError
from challenge.tests.evidence.conftest import SEEN, STUDY, act
from challenge.tests.pages import element, page_of, text_of

pytestmark = pytest.mark.django_db

OTHER = "https://doi.org/10.1000/999"


def evidence_on(client: Client, submission) -> str:
    return text_of(
        element(page_of(client, submission.get_absolute_url()), "section[aria-labelledby=evidence]")
    )


def test_an_organizer_confirms_in_the_admin_and_readers_see_who_when_and_why(admin, client, with_study):
    page = act(admin, "confirm_study", with_study, study_url=STUDY).text
    assert "is confirmed" in page
    found = StudyConfirmation.objects.get()
    said = evidence_on(client, with_study)
    assert "Study confirmed by the organizers (Chair)" in said
    assert f"{found.found_at:%-d %b %Y}" in said
    assert SEEN in said
    assert f"{STUDY}: by Chair" in text_of(
        page_of(admin, f"/admin/challenge/submission/{with_study.pk}/change/")
    )


def test_the_confirmation_is_a_line_of_the_history(confirm, with_study, organizer):
    confirm(with_study)
    line = HistoryLine.objects.get(submission=with_study)
    assert (line.action, line.actor, line.submission) == ("confirmed the study", organizer, with_study)
    assert (line.after, line.reason) == ({"study": STUDY}, SEEN)


def test_a_reason_is_asked_for(admin, with_study):
    assert (
        "This field is required." in act(admin, "confirm_study", with_study, study_url=STUDY, reason=" ").text
    )
    assert not StudyConfirmation.objects.exists()


def test_after_the_link_has_changed_it_does_not_hold_and_all_pages_say_so(
    admin, client, confirm, with_study, as_user, team
):
    confirm(with_study)
    entries.edit_entry(with_study, study_url=OTHER)
    assert "This confirmation does not hold any more" in evidence_on(client, with_study)
    assert "It does not hold any more" in page_of(
        admin, f"/admin/challenge/submission/{with_study.pk}/change/"
    )
    assert "None of the 1 rows matches" in page_of(client, "/leaderboard/?evidence=confirmed")
    with_study.refresh_from_db()
    confirm(with_study)
    assert "does not hold" not in evidence_on(client, with_study)
    assert StudyConfirmation.objects.get().study_url == OTHER


def test_a_study_that_the_team_exchanges_meanwhile_is_not_confirmed(admin, with_study):
    entries.edit_entry(with_study, study_url=OTHER)
    page = act(admin, "confirm_study", with_study, study_url=STUDY).text
    assert f"The team has just changed the link to {OTHER}" in page
    assert not StudyConfirmation.objects.exists()


def test_it_can_be_taken_back(admin, client, confirm, with_study):
    confirm(with_study)
    assert "without a confirmed study" in act(admin, "take_back_confirmation", with_study).text
    assert not StudyConfirmation.objects.exists()
    assert "Study confirmed : no" in evidence_on(client, with_study)
    line = HistoryLine.objects.filter(submission=with_study).latest("pk")
    assert line.action == "took the confirmation back"
    assert line.before == {"study": STUDY, "confirmed by": "Chair"}


def test_what_is_not_possible_is_refused_with_the_reason(confirm, with_study, entry, team, organizer):
    without = entry(team, 0.8)
    with pytest.raises(EvidenceRefusedError, match="links to no study"):
        confirm(without)
    with pytest.raises(EvidenceRefusedError, match="No study is confirmed"):
        evidence.take_back_confirmation(with_study, reason=SEEN, by=organizer)
    confirm(with_study)
    with pytest.raises(EvidenceRefusedError, match="Its study is confirmed"):
        confirm(with_study)


@pytest.mark.parametrize(
    "name", ["confirm_study", "take_back_confirmation", "reproduce", "take_back_reproduction"]
)
def test_nobody_else_may(name, with_study, in_role, as_user, team):
    for person in (in_role("Assistant"), team):
        response = as_user(person).post(
            f"/admin/challenge/submission/act/{name}/", {"number": with_study.pk, "confirm": "yes"}
        )
        assert response.status_code in (302, 403)
    assert not HistoryLine.objects.filter(submission=with_study).exists()


def test_the_links_of_an_anonymous_team_stay_hidden(client, confirm, with_study):
    confirm(with_study)
    entries.set_visibility(with_study, "anonymous")
    said = evidence_on(client, with_study)
    assert "Not shown while the team is anonymous." in said
    assert SEEN not in said
    assert STUDY not in page_of(client, with_study.get_absolute_url())


def test_each_link_has_the_day_of_its_last_change(client, with_study):
    with_study.first_outcome_at = with_study.created_at
    with_study.save()
    assert "Study linked by the team, 1 Jan 2026" in evidence_on(client, with_study)
    entries.edit_entry(with_study, study_url=OTHER)
    revision = with_study.revisions.get()
    assert f"Study linked by the team, {revision.replaced_at:%-d %b %Y}" in evidence_on(client, with_study)
