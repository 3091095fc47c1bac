"""A submission, visitors of each kind, and an address for each route."""

import re

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from challenge.models import GroundTruth, MethodGroup, Phase, PublishedMethod, Reference, SitePage, Submission
from challenge.tests.access.states import FILE_NAME, MODEL, VIEWERS


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
    Group.objects.create(name="Scorers")
    method = PublishedMethod.objects.create(scheme="knn", architecture="vgg16", resolution=28)
    reference = Reference.objects.create(key="someone2024", topic="data", year=2024, title="A work")
    group = MethodGroup.objects.create(team=team, name="Seeds")
    objects = {
        "auth/group": Group.objects.get().pk,
        "accounts/team": team.pk,
        "challenge/phase": Phase.objects.get().pk,
        "challenge/groundtruth": GroundTruth.objects.get().pk,
        "challenge/submission": submission.pk,
        "challenge/methodgroup": group.pk,
        "challenge/sitepage": SitePage.objects.get_or_create(slug="about")[0].pk,
        "challenge/reference": reference.pk,
    }

    def address_of(route: str) -> str:
        model = "/".join(route.split("/")[1:3])
        rows = {"published": method, "groups": group, "submissions": submission}
        values = {
            "<int:pk>": rows.get(route.split("/")[0], submission).pk,
            "<id>": team.pk,
            "<site_page:slug>": "about",
            "<slug:name>": "chestmnist",
            "<int:resolution>": 28,
            "<path:object_id>": objects.get(model, 1),
            "<path:content_type_id>": 1,
            r"(?P<key>[-:\w]+)": "key",
            "(?P<uidb36>[0-9A-Za-z]+)": "1",
            "(?P<key>.+)": "key",
            "(?P<app_label>auth|challenge|accounts)": "challenge",
            "(?P<url>.*)": "nonsense/",
            "^": "",
            "$": "",
        }
        for placeholder, value in values.items():
            route = route.replace(placeholder, str(value))
        assert not re.search(r"[<>()^$]", route), f"no sample for {route}"
        return f"/{route}"

    return address_of
