"""The admin's list of submissions tells organizers who sees each entry."""

from django.utils import timezone

from challenge.tests.pages import element, elements, page_of, text_of

LIST = "/admin/challenge/submission/"


def test_the_list_shows_visibility_and_withdrawal(entry, team, organizer, as_user):
    hidden = entry(team, 0.9, model_name="hidden", visibility="anonymous")
    gone = entry(team, 0.8, model_name="gone", withdrawn_at=timezone.now())
    rows = elements(page_of(as_user(organizer), LIST), "#result_list tbody tr")
    shown = {text_of(element(row, ".field-entry")): text_of(element(row, ".field-state")) for row in rows}
    assert shown == {str(hidden): "Scored; anonymous", str(gone): "Withdrawn"}


def test_the_list_is_filtered_by_visibility(entry, team, organizer, as_user):
    hidden = entry(team, 0.9, model_name="hidden", visibility="anonymous")
    entry(team, 0.8, model_name="shown")
    page = page_of(as_user(organizer), f"{LIST}?visibility__exact=anonymous")
    assert [text_of(cell) for cell in elements(page, ".field-entry")] == [str(hidden)]
