"""A submission, visitors of each kind, and an address for each route."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from accounts.models import AccountEvent, BlockedAddress, Invitation
from challenge.access import news_token
from challenge.models import (
    GroundTruth,
    IntegrityFlag,
    Mail,
    MethodGroup,
    News,
    NewsMail,
    Phase,
    Probe,
    PublishedMethod,
    Reference,
    SitePage,
    Submission,
)
from challenge.services import history
from challenge.tests.access.states import FILE_NAME, MODEL, VIEWERS
from challenge.tests.releases.frozen import freeze
from challenge.tests.withheld import add_phase, add_withheld


@pytest.fixture
def submission(submit, team) -> Submission:
    row = submit(team, content=b"the predictions", model_name=MODEL)
    Submission.objects.update(file_name=FILE_NAME)
    row.refresh_from_db()
    return row


@pytest.fixture
def viewers(team, other_team, organizer, as_user) -> dict[str, Client]:
    people = [None, other_team, team, organizer]
    return {name: as_user(who) if who else Client() for name, who in zip(VIEWERS, people, strict=True)}


@pytest.fixture
def sample(submission, team, organizer):
    """Return a function that gives an address for a route, with existing objects."""
    scorers = Group.objects.create(name="Scorers")
    invitation = Invitation.objects.create(email="new@example.org", name="New person", role=scorers)
    event = AccountEvent.objects.create(kind=AccountEvent.Kind.LOGIN, team=team, name=team.name)
    method = PublishedMethod.objects.create(scheme="knn", architecture="vgg16", resolution=28)
    reference = Reference.objects.create(key="someone2024", topic="data", year=2024, title="A work")
    group = MethodGroup.objects.create(team=team, name="Seeds")
    flag = IntegrityFlag.objects.create(submission=submission, kind=IntegrityFlag.Kind.LABELS)
    news = News.objects.create(title="News", text="Text.", published_at=timezone.now())
    release = freeze()
    objects = {
        "auth/group": scorers.pk,
        "accounts/team": team.pk,
        "accounts/invitation": invitation.pk,
        "accounts/accountevent": event.pk,
        "accounts/blockedaddress": BlockedAddress.objects.create(email="blocked@example.org").pk,
        "challenge/phase": Phase.objects.get().pk,
        "challenge/withhelddataset": add_withheld(add_phase()).pk,
        "challenge/groundtruth": GroundTruth.objects.get().pk,
        "challenge/submission": submission.pk,
        "challenge/mail": Mail.objects.create(team=team, name="letter").pk,
        "challenge/methodgroup": group.pk,
        "challenge/integrityflag": flag.pk,
        "challenge/historyline": history.record("scored again", by=organizer, submission=submission).pk,
        "challenge/evaluation": submission.evaluations.get().pk,
        "challenge/news": news.pk,
        "challenge/newsmail": NewsMail.objects.create(news=news, team=team).pk,
        "challenge/sitepage": SitePage.objects.get_or_create(slug="about")[0].pk,
        "challenge/reference": reference.pk,
        "challenge/release": release.pk,
        "challenge/probe": Probe.objects.create(
            ground_truth=GroundTruth.objects.get(), known={}, status=Probe.Status.DONE
        ).pk,
    }

    def address_of(route: str) -> str:
        model = "/".join(route.split("/")[1:3])
        rows = {"published": method, "groups": group, "news": news, "submissions": submission}
        values = {
            "<int:pk>/decide/<slug:name>": f"{flag.pk}/decide/confirm",
            "<int:pk>/act/<slug:slug>": f"{team.pk}/act/rename",
            "<int:pk>/act/<slug:name>": f"{group.pk}/act/dissolve",
            "<int:pk>": rows.get(route.split("/")[0], submission).pk,
            "<int:entry>": submission.pk,
            "<int:number>": submission.pk,
            "<int:group>": group.pk,
            "<str:key>": "nonsense",
            "<id>": team.pk,
            "<str:token>": news_token(team),
            "<slug:name>.csv": "submissions.csv",
            "<site_page:slug>": "about",
            "<release:name>": release.name,
            "<name>": release.name,
            "<path:rest>": "nonsense",
            "act/<slug:name>": "act/disqualify",
            "reproduction/<slug:name>": "reproduction/log",
            "<slug:name>": "chestmnist",
            "<int:team_id>": team.pk,
            "<int:resolution>": 28,
            "<path:object_id>": objects.get(model, 1),
            "<path:content_type_id>": 1,
            r"(?P<key>[-:\w]+)": "key",
            "(?P<uidb36>[0-9A-Za-z]+)": "1",
            "(?P<key>.+)": "key",
            "(?P<app_label>accounts|auth|challenge)": "challenge",
            "(?P<url>.*)": "nonsense/",
            "^": "",
            "$": "",
        }
        for placeholder, value in values.items():
            route = route.replace(placeholder, str(value))
        assert not re.search(r"[<>()^$]", route), f"no sample for {route}"
        return f"/{route}"

    return address_of
