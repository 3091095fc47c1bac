"""Mails with news: who gets them, what they say, and each team once, even if workers or servers fail."""

import smtplib
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Team
from challenge.models import News, NewsMail
from challenge.notifications import news as mailing
from challenge.services import news as services
from challenge.tasks import sweep
from challenge.tests.pages import attribute

Status = NewsMail.Status


@pytest.fixture
def readers(db) -> list[Team]:
    teams = [Team.objects.create_user(f"Reader {n}", f"reader{n}@example.org") for n in range(5)]
    for team in teams:
        services.choose_mails(team, wanted=True)
    return teams


def states() -> list[str]:
    return list(NewsMail.objects.order_by("pk").values_list("status", flat=True))


def receivers(mailoutbox) -> list[str]:
    return sorted(to for message in mailoutbox for to in message.to)


def test_teams_that_asked_get_the_news_and_no_other_team(readers, team, publish, mailoutbox):
    publish(by_mail=True)
    mailing.send_portion()
    assert receivers(mailoutbox) == [reader.email for reader in readers]
    assert states() == [Status.SENT] * 5


def test_news_are_not_mailed_unless_an_organizer_wants_it(readers, publish, mailoutbox):
    publish(by_mail=False)
    sweep()
    mailing.send_portion()
    assert mailoutbox == []


def test_a_mail_has_the_text_a_link_and_the_way_out(readers, publish, mailoutbox, client):
    news = publish("Round two opens", by_mail=True)
    mailing.send_portion()
    mail = mailoutbox[0]
    assert mail.subject == "News: Round two opens"
    assert "Hello Reader 0," in mail.body
    assert "Send *ten* files." in mail.body
    assert f"http://testserver/news/{news.pk}/" in mail.body
    stop = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in mail.body
    assert stop in attribute(mail.alternatives[0][0], "a", "href")
    assert client.post(stop.removeprefix("http://testserver")).status_code == 200
    publish("Round three opens", by_mail=True)
    mailing.send_portion()
    assert "reader0@example.org" not in receivers(mailoutbox[5:])


def test_mails_of_the_future_wait_for_the_day(readers, publish, mailoutbox):
    news = publish(by_mail=True, days=1)
    sweep()
    mailing.send_portion()
    assert mailoutbox == []
    News.objects.filter(pk=news.pk).update(published_at=timezone.now())
    sweep()
    mailing.send_portion()
    assert len(mailoutbox) == 5


def test_a_change_of_the_news_mails_nothing_again(readers, publish, mailoutbox):
    news = publish(by_mail=True)
    mailing.send_portion()
    news.text = "Send eleven files."
    services.save_news(news, by="Chair")
    sweep()
    mailing.send_portion()
    assert len(mailoutbox) == 5


def test_portions_take_up_where_the_last_one_ended(readers, publish, mailoutbox, monkeypatch):
    monkeypatch.setattr(mailing, "PORTION", 2)
    publish(by_mail=True)
    for sent in (2, 4, 5, 5):
        mailing.send_portion()
        assert len(mailoutbox) == sent
    assert receivers(mailoutbox) == [reader.email for reader in readers]


def test_the_sweep_has_the_next_portion_sent(readers, publish, monkeypatch):
    publish(by_mail=True)
    asked = []
    monkeypatch.setattr(services.queue, "enqueue_news", lambda: asked.append("portion"))
    sweep()
    assert asked == ["portion"]
    mailing.send_portion()
    sweep()
    assert asked == ["portion"]


def test_a_worker_that_dies_loses_only_its_own_mail_and_that_is_sent_later(readers, publish, mailoutbox):
    publish(by_mail=True)
    claimed = services.claim_next()  # and here the worker dies
    assert claimed
    mailing.send_portion()
    assert len(mailoutbox) == 4
    assert claimed[0].team.email not in receivers(mailoutbox)
    services.continue_mailing(timezone.now() + NewsMail.LEASE + timedelta(seconds=1))
    mailing.send_portion()
    assert receivers(mailoutbox) == [reader.email for reader in readers]


def test_two_workers_share_the_mails(readers, publish):
    publish(by_mail=True)
    one, two = services.claim_next(), services.claim_next()
    assert one
    assert two
    assert one[0].pk != two[0].pk


def test_a_server_that_is_down_delays_all_mails(readers, publish, mailoutbox, broken_server):
    publish(by_mail=True)
    mailing.send_portion()
    assert states().count(Status.QUEUED) == 4, "one attempt is enough"
    broken_server.clear()
    services.continue_mailing(timezone.now() + NewsMail.LEASE + timedelta(seconds=1))
    mailing.send_portion()
    assert receivers(mailoutbox) == [reader.email for reader in readers]


def test_a_silent_server_is_left_alone_for_a_minute(readers, publish, mailoutbox):
    publish(by_mail=True)
    claimed = services.claim_next()
    assert claimed
    NewsMail.objects.filter(pk=claimed[0].pk).update(claimed_at=timezone.now() - timedelta(seconds=20))
    mailing.send_portion()
    assert mailoutbox == []


@pytest.mark.parametrize(("code", "state"), [(550, Status.FAILED), (450, Status.SENDING)])
def test_a_refused_address_stops_no_other_mail(code, state, readers, publish, broken_server):
    publish(by_mail=True)
    broken_server[0] = smtplib.SMTPRecipientsRefused({"reader0@example.org": (code, b"no")})
    mailing.send_portion()
    assert states() == [state] * 5


def test_a_team_that_left_the_news_meanwhile_gets_none(readers, publish, mailoutbox):
    publish(by_mail=True)
    services.choose_mails(readers[0], wanted=False)
    mailing.send_portion()
    assert receivers(mailoutbox) == [reader.email for reader in readers[1:]]
    assert states()[0] == Status.UNWANTED


def test_old_mails_are_given_up(readers, publish, mailoutbox):
    publish(by_mail=True)
    NewsMail.objects.update(created_at=timezone.now() - NewsMail.GIVE_UP_AFTER)
    mailing.send_portion()
    assert mailoutbox == []
