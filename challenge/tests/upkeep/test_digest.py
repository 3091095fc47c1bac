"""Daily mail to the organizers: one a day, to those who can act, and none if nothing needs a person."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts.models import Team
from challenge.models import Digest, Evaluation, SitePage
from challenge.notifications.digests import send_digest
from challenge.services import digests
from challenge.services.upkeep import record_sweep

MORNING = datetime(2026, 12, 1, digests.HOUR, 0, 5, tzinfo=UTC)


@pytest.fixture
def quiet_site(db, organizer):
    """A site on which nothing needs a person."""
    SitePage.objects.all().delete()
    record_sweep()


@pytest.fixture
def faults(quiet_site, submit, team):
    """Two submissions that failed by a fault of ours."""
    for content in (b"one", b"two"):
        submit(team, content=content)
    Evaluation.objects.update(status=Evaluation.Status.FAILED, failure=Evaluation.Failure.SITE)


def send_today(now: datetime = MORNING) -> Digest:
    digests.queue_due(now)
    digest = Digest.objects.get(day=now.date())
    send_digest(digest.pk)
    digest.refresh_from_db()
    return digest


def test_one_mail_names_all_that_needs_a_person(faults, mailoutbox, organizer):
    SitePage.objects.create(slug="privacy", body="[organizers: name the authority.]")
    assert send_today().status == Digest.Status.SENT
    (mail,) = mailoutbox
    assert mail.to == [organizer.email]
    assert mail.subject == "2 matters need an organizer"
    assert (
        "- Not scored by a fault of ours or for lack of time: 2. Fix the cause and score again." in mail.body
    )
    assert "http://testserver/admin/challenge/evaluation/?status=failed&failure__in=site%2Ctime" in mail.body
    assert "- Texts have gaps to fill: Privacy 1. http://testserver/admin/challenge/sitepage/" in mail.body
    assert "http://testserver/admin/\n" in mail.body
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"


def test_one_matter_is_singular(faults, mailoutbox):
    send_today()
    assert mailoutbox[0].subject == "1 matter needs an organizer"
    assert "This matter needs an organizer:" in mailoutbox[0].body


def test_nothing_is_sent_when_nothing_needs_a_person(quiet_site, mailoutbox):
    assert send_today().status == Digest.Status.EMPTY
    assert mailoutbox == []


def test_failures_of_files_need_nobody(faults, mailoutbox):
    Evaluation.objects.update(failure=Evaluation.Failure.FILE)
    assert send_today().status == Digest.Status.EMPTY
    assert mailoutbox == []


def test_one_mail_a_day_however_often_the_site_is_swept(faults, mailoutbox):
    for minutes in (0, 1, 60 * 12):
        send_today(MORNING + timedelta(minutes=minutes))
    assert len(mailoutbox) == 1
    send_today(MORNING + timedelta(days=1))
    assert len(mailoutbox) == 2


def test_none_before_the_hour(quiet_site):
    digests.queue_due(MORNING - timedelta(minutes=1))
    assert not Digest.objects.exists()


def test_two_workers_send_one_mail(faults, mailoutbox):
    digests.queue_due(MORNING)
    digest = Digest.objects.get()
    for _ in range(2):
        send_digest(digest.pk)
    assert len(mailoutbox) == 1


def test_it_goes_to_active_organizers_who_can_act_and_have_an_address(faults, mailoutbox, organizer, team):
    permission = Permission.objects.get(codename="change_submission")
    able = Team.objects.create_user("Able", "able@example.org", is_staff=True)
    able.user_permissions.add(permission)
    Team.objects.create_user("Unable", "unable@example.org", is_staff=True)
    gone = Team.objects.create_user("Gone", "gone@example.org", is_staff=True, is_active=False)
    gone.user_permissions.add(permission)
    team.user_permissions.add(permission)
    Team.objects.create_user("Silent", "", is_staff=True, is_superuser=True)
    send_today()
    assert mailoutbox[0].to == [organizer.email, able.email]


def test_without_organizers_nothing_is_sent(faults, mailoutbox, organizer):
    organizer.delete()
    assert send_today().status == Digest.Status.EMPTY


def test_a_mail_server_that_is_down_delays_it(faults, mailoutbox, monkeypatch):
    def fail(*args):
        raise ConnectionRefusedError("no server")

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", fail)
        digest = send_today()
    assert digest.status == Digest.Status.SENDING
    day = timezone.now()
    Digest.objects.update(day=day.date())
    assert digests.requeue_lost(day) == 0, "a retry waits for the end of the claim"
    later = day + Digest.LEASE + timedelta(seconds=1)
    Digest.objects.update(day=later.date())
    assert digests.requeue_lost(later) == 1
    send_digest(digest.pk)
    assert len(mailoutbox) == 1


def test_old_digests_are_not_sent_any_more(faults, mailoutbox):
    digests.queue_due(MORNING)
    assert digests.requeue_lost(MORNING + timedelta(days=2)) == 0
