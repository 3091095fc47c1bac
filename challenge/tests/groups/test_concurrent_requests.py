"""Concurrent requests never put a submission into two groups."""

from functools import partial
from threading import Barrier

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Team
from challenge.models import MethodGroup
from challenge.tests.groups.members import CREATE, group_of, members_of
from challenge.tests.processes import in_parallel
from conftest import PASSWORD


def logged_in(team: Team) -> Client:
    client = Client(raise_request_exception=False)
    assert client.login(username=team.name, password=PASSWORD)
    return client


def send(client: Client, address: str, data: dict, barrier: Barrier) -> int:
    barrier.wait()
    return client.post(address, data).status_code


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_requests_at_once_do_not_put_one_submission_into_two_groups(team, run, attempt):
    shared, partners = run(team), [run(team) for _ in range(6)]
    barrier = Barrier(len(partners))
    jobs = [
        partial(
            send, logged_in(team), CREATE,
            {"name": f"With {partner.pk}", "members": [shared.pk, partner.pk]}, barrier,
        )
        for partner in partners
    ]  # fmt: skip
    assert sorted(in_parallel(jobs)) == [200, 200, 200, 200, 200, 302]
    group = MethodGroup.objects.get()
    assert members_of(group) == {shared, next(p for p in partners if f"With {p.pk}" == group.name)}


@pytest.mark.django_db(transaction=True)
def test_two_groups_do_not_take_the_same_run_at_once(team, run):
    shared = run(team)
    made = [group_of(run(team), run(team)) for _ in range(2)]
    barrier = Barrier(2)
    jobs = []
    for group in made:
        pks = [member.pk for member in members_of(group)]
        data = {"name": group.name, "members": [*pks, shared.pk]}
        jobs.append(partial(send, logged_in(team), reverse("edit_group", args=[group.pk]), data, barrier))
    assert sorted(in_parallel(jobs)) == [200, 302]
    assert sorted(len(members_of(group)) for group in made) == [2, 3]
