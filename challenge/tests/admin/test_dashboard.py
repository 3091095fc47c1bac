"""First page of the admin: numbers, warnings, and links to the lists that they count."""

import os
from collections import namedtuple
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from selectolax.lexbor import LexborNode

from accounts.models import Team
from challenge.models import Evaluation, Mail, News, NewsMail, Phase, SitePage, Submission, Sweep
from challenge.services.upkeep import record_sweep
from challenge.tasks import sweep
from challenge.tests.pages import attribute, element, elements, page_of, text_of

INDEX = "/admin/"


def item(client: Client, label: str) -> LexborNode:
    (found,) = [
        one
        for one in elements(page_of(client, INDEX), ".desk-item")
        if text_of(element(one, ".desk-label")) == label
    ]
    return found


def value(client: Client, label: str) -> str:
    return text_of(element(item(client, label), ".desk-value"))


def detail(client: Client, label: str) -> str:
    return text_of(element(item(client, label), ".desk-detail"))


def needs_a_person(client: Client, label: str) -> bool:
    return "Needs a person." in text_of(item(client, label))


def count_of_list(client: Client, label: str) -> int:
    (address,) = attribute(item(client, label), "a", "href")
    response = client.get(address)
    assert response.status_code == 200, address
    return response.context["cl"].result_count


def test_the_dashboard_counts_what_waits_and_what_failed(some, client):
    assert value(client, "Waiting") == "1"
    assert value(client, "Being scored") == "0"
    Evaluation.objects.filter(submission=some["failed"]).update(claimed_at=timezone.now())
    assert value(client, "Failed today") == "1"
    assert detail(client, "Failed today") == "errors in the file: 1"
    assert not needs_a_person(client, "Failed today"), "the team can fix its file"


@pytest.mark.parametrize(
    "label", ["Waiting", "Being scored", "Failed today", "Faults of ours", "Mails unsent"]
)
def test_each_number_links_to_the_list_that_it_counts(label, some, client):
    evaluations = Evaluation.objects.filter(submission=some["failed"])
    evaluations.update(claimed_at=timezone.now(), failure=Evaluation.Failure.SITE)
    Mail.objects.all().delete()
    for status in (Mail.Status.QUEUED, Mail.Status.SENT):
        Mail.objects.create(team=some["failed"].team, name="fault_of_ours", status=status)
    assert str(count_of_list(client, label)) == value(client, label)


def test_every_link_of_the_dashboard_works(some, client):
    for address in attribute(element(page_of(client, INDEX), ".desk"), "a", "href"):
        assert client.get(address).status_code == 200, address


def test_failures_of_yesterday_are_not_of_today(some, client):
    yesterday = timezone.now() - timedelta(days=1)
    Evaluation.objects.filter(submission=some["failed"]).update(claimed_at=yesterday)
    assert value(client, "Failed today") == "0"


def test_a_fault_of_ours_needs_a_person_until_it_is_scored_again(some, client):
    evaluations = Evaluation.objects.filter(submission=some["failed"])
    assert not needs_a_person(client, "Faults of ours")
    evaluations.update(failure=Evaluation.Failure.SITE, claimed_at=timezone.now() - timedelta(days=9))
    assert value(client, "Faults of ours") == "1"
    assert needs_a_person(client, "Faults of ours")
    evaluations.update(status=Evaluation.Status.SCORED, failure="")
    assert not needs_a_person(client, "Faults of ours")


def test_an_entry_whose_scoring_again_failed_needs_a_person(some, client):
    assert not needs_a_person(client, "Failed again")
    Evaluation.objects.filter(submission=some["scored"]).update(broke_again_at=timezone.now())
    assert value(client, "Failed again") == "1"
    assert needs_a_person(client, "Failed again")
    assert count_of_list(client, "Failed again") == 1
    Evaluation.objects.update(broke_again_at=None)
    assert value(client, "Failed again") == "0"


@pytest.mark.parametrize(("days", "is_long"), [(6, False), (8, True)])
def test_held_entries_are_counted_and_not_forgotten(days, is_long, some, client):
    since = timezone.now() - timedelta(days=days)
    Submission.objects.filter(pk=some["scored"].pk).update(held_at=since, held_reason="same file")
    assert value(client, "Held") == "1"
    assert count_of_list(client, "Held") == 1
    assert needs_a_person(client, "Held") == is_long


def test_waiting_for_long_needs_a_person_and_says_since_when(some, client):
    assert not needs_a_person(client, "Waiting")
    Submission.objects.filter(pk=some["queued"].pk).update(created_at=timezone.now() - timedelta(minutes=25))
    assert detail(client, "Waiting").startswith("the first for 25 minutes, since ")
    assert needs_a_person(client, "Waiting")


def test_the_worker_is_seen_by_its_sweeps(client, ground_truth):
    assert value(client, "Worker") == "Never seen"
    assert needs_a_person(client, "Worker")
    sweep()
    assert value(client, "Worker") == "Running"
    assert not needs_a_person(client, "Worker")
    sweep()
    assert Sweep.objects.count() == 1


@pytest.mark.parametrize(("minutes", "is_old"), [(2.9, False), (3.1, True)])
def test_no_worker_for_three_minutes_is_red(minutes, is_old, client, db):
    record_sweep()
    Sweep.objects.update(ended_at=timezone.now() - timedelta(minutes=minutes))
    assert value(client, "Worker") == ("No worker for 3 minutes" if is_old else "Running")
    assert needs_a_person(client, "Worker") == is_old


def test_mails_that_wait_for_an_hour_need_a_person(client, team):
    mail = Mail.objects.create(team=team, name="scored")
    assert value(client, "Mails unsent") == "1"
    assert not needs_a_person(client, "Mails unsent")
    Mail.objects.filter(pk=mail.pk).update(created_at=timezone.now() - timedelta(minutes=61))
    assert needs_a_person(client, "Mails unsent")


def test_mails_with_news_have_a_day(client, team):
    news = News.objects.create(title="News", text="Text.")
    NewsMail.objects.create(news=news, team=team, created_at=timezone.now() - timedelta(hours=23))
    assert value(client, "News unsent") == "1"
    assert count_of_list(client, "News unsent") == 1
    assert not needs_a_person(client, "News unsent")
    NewsMail.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert needs_a_person(client, "News unsent")


def test_the_phase_that_takes_submissions_and_its_end(client, db):
    end = timezone.now() + timedelta(days=3)
    Phase.objects.update(name="Spring", closes_at=end)
    assert value(client, "Phase") == "Spring"
    assert detail(client, "Phase").startswith("until ")
    Phase.objects.update(closes_at=timezone.now())
    assert value(client, "Phase") == "None takes submissions"
    assert needs_a_person(client, "Phase")
    Phase.objects.create(name="Summer", opens_at=end)
    assert "next: Summer" in detail(client, "Phase")
    assert not needs_a_person(client, "Phase")


def test_gaps_in_texts_are_counted_until_they_are_filled(client, db):
    SitePage.objects.all().delete()
    page = SitePage.objects.create(slug="about", body="[organizers: names] and [organizers: money]")
    assert (value(client, "Gaps in texts"), detail(client, "Gaps in texts")) == ("2", "About 2")
    assert needs_a_person(client, "Gaps in texts")
    SitePage.objects.filter(pk=page.pk).update(body="")
    assert value(client, "Gaps in texts") == "1"
    SitePage.objects.filter(pk=page.pk).update(body="We are [two](/people/).")
    assert value(client, "Gaps in texts") == "0"
    assert not needs_a_person(client, "Gaps in texts")


def test_a_full_disk_needs_a_person(client, db, monkeypatch):
    usage = namedtuple("usage", "total used free")
    assert not needs_a_person(client, "Free disk")
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage(2**40, 2**40, 2**30))
    assert value(client, "Free disk") == "1.0 GB"
    assert needs_a_person(client, "Free disk")


def test_files_of_no_submission_are_listed(client, submit, team):
    submission = submit(team, content=b"used")
    storage = submission.file.storage
    name = storage.save("lost/predictions.csv", ContentFile(b"x" * 2048))
    assert value(client, "Unused storage") == "0", "it may belong to an upload that is not committed yet"
    old = timezone.now().timestamp() - 7200
    for one in (name, submission.file.name):
        os.utime(storage.path(one), (old, old))
    try:
        assert value(client, "Unused storage") == "1"
        page = text_of(element(page_of(client, "/admin/unused-files/"), "main"))
        assert name in page
        assert submission.file.name not in page
    finally:
        storage.delete(name)


def test_versions_are_below(client, ground_truth):
    shown = text_of(element(page_of(client, INDEX), ".desk-versions"))
    for part in ("Site", "Scorer", "Bootstrap", f"Labels {ground_truth}", "Django", "Python 3."):
        assert part in shown


def test_the_list_of_models_stays_below(client, db):
    page = page_of(client, INDEX)
    assert "/admin/challenge/submission/" in attribute(element(page, "#content-main"), "a", "href")


def test_the_page_takes_as_many_queries_for_20_submissions_as_for_2(
    client, submit, team, other_team, django_assert_max_num_queries
):
    def count() -> int:
        with django_assert_max_num_queries(30) as captured:
            client.get(INDEX)
        return len(captured)

    Phase.objects.update(daily_limit=100)
    for number in range(2):
        submit(team, content=f"{number}".encode())
    few = count()
    for number in range(9):
        submit(team, content=f"{number} too".encode())
        submit(other_team, content=f"{number}".encode())
    Evaluation.objects.filter(submission__team=team).update(status="failed", claimed_at=timezone.now())
    assert count() == few


def test_staff_see_the_numbers_of_the_lists_that_they_may_see(as_user, db):
    helper = Team.objects.create_user("Helper", "helper@example.org", is_staff=True)
    client = as_user(helper)
    assert not elements(page_of(client, INDEX), ".desk")
    helper.user_permissions.set(Permission.objects.filter(codename="view_phase"))
    labels = [text_of(one) for one in elements(page_of(client, INDEX), ".desk-label")]
    assert labels == ["Phase"]
    assert client.get("/admin/unused-files/").status_code == 403


def test_teams_do_not_see_it(team, as_user):
    assert as_user(team).get(INDEX).status_code == 302
    assert settings.DATA_DIR.name not in as_user(team).get(INDEX, follow=True).text
