"""Roles of organizers: what each opens and changes, on the site and in the admin."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client

from accounts.models import Team
from accounts.roles import ROLES
from challenge.models import HistoryLine, Phase
from challenge.services.roles import make_roles
from challenge.tests.access.routes import FILE, SUBMISSION_PAGES
from challenge.tests.admin.acts import act

EVERYBODY = {*ROLES, "superuser", "looks"}
ORGANIZE = {"Organizer", "Administrator", "superuser"}
ADMINISTER = {"Administrator", "superuser"}
#: Response 200 to GET for these; 403 in the admin, or 404 on the site, for the other organizers.
OPEN: dict[str, set[str]] = {
    **dict.fromkeys(SUBMISSION_PAGES, EVERYBODY),
    FILE: ORGANIZE,
    "admin/": {*EVERYBODY, "helper"},
    "admin/challenge/submission/": EVERYBODY,
    "admin/challenge/submission/<path:object_id>/change/": EVERYBODY,
    "admin/challenge/phase/": EVERYBODY - {"looks"},
    "admin/challenge/phase/<path:object_id>/change/": EVERYBODY - {"looks"},
    "admin/challenge/phase/add/": ORGANIZE,
    "admin/challenge/withhelddataset/": EVERYBODY - {"looks"},
    "admin/challenge/withhelddataset/<path:object_id>/change/": EVERYBODY - {"looks"},
    "admin/challenge/withhelddataset/add/": ORGANIZE,
    "admin/challenge/withhelddataset/<path:object_id>/delete/": ORGANIZE,
    "admin/challenge/groundtruth/": EVERYBODY - {"looks"},
    "admin/challenge/methodgroup/": EVERYBODY - {"looks"},
    "admin/challenge/methodgroup/<int:pk>/act/<slug:name>/": ORGANIZE,
    "admin/challenge/historyline/": EVERYBODY - {"looks"},
    "admin/challenge/integrityflag/": ORGANIZE,
    "admin/challenge/integrityflag/<path:object_id>/change/": ORGANIZE,
    "admin/challenge/integrityflag/<int:pk>/decide/<slug:name>/": ORGANIZE,
    "admin/challenge/release/": EVERYBODY - {"looks"},
    "admin/challenge/release/<path:object_id>/change/": EVERYBODY - {"looks"},
    "admin/challenge/release/add/": ORGANIZE,
    "admin/challenge/probe/": EVERYBODY - {"looks"},
    "admin/challenge/probe/<path:object_id>/change/": EVERYBODY - {"looks"},
    "admin/challenge/probe/add/": ORGANIZE,
    "admin/challenge/sitepage/": EVERYBODY - {"looks"},
    "admin/challenge/sitepage/add/": ORGANIZE,
    "admin/challenge/reference/add/": ORGANIZE,
    "admin/accounts/team/": EVERYBODY - {"looks"},
    "admin/accounts/team/<path:object_id>/change/": EVERYBODY - {"looks"},
    "admin/accounts/team/<int:pk>/act/<slug:slug>/": ORGANIZE,
    "admin/accounts/team/<id>/password/": ADMINISTER,
    "admin/accounts/team/add/": ADMINISTER,
    "admin/accounts/team/<path:object_id>/delete/": ADMINISTER,
    "admin/accounts/blockedaddress/": ORGANIZE,
    "admin/accounts/invitation/": ADMINISTER,
    "admin/accounts/invitation/add/": ADMINISTER,
    "admin/accounts/accountevent/": ADMINISTER,
    "admin/auth/group/": ADMINISTER,
    "admin/auth/group/add/": ADMINISTER,
    "admin/auth/group/<path:object_id>/delete/": ADMINISTER,
}


@pytest.fixture
def people(in_role, organizer, as_user) -> dict[str, Client]:
    """Clients of each role, of a superuser, of staff without any right, and of staff who may look at submissions."""
    helper, looks = (
        Team.objects.create_user(name, f"{name}@example.org", is_staff=True) for name in ("Helper", "Looks")
    )
    looks.user_permissions.add(Permission.objects.get(codename="view_submission"))
    people = {role: in_role(role) for role in ROLES}
    people |= {"superuser": organizer, "helper": helper, "looks": looks}
    return {name: as_user(person) for name, person in people.items()}


@pytest.mark.parametrize("route", OPEN)
def test_each_role_opens_what_the_table_says(route, sample, people):
    closed = 403 if route.startswith("admin/") else 404
    for role, client in people.items():
        expected = 200 if role in OPEN[route] else closed
        assert client.get(sample(route)).status_code == expected, f"{route} for the {role}"


def test_an_assistant_sees_no_link_to_a_file_and_no_action(submission, people):
    page = people["Assistant"].get("/admin/challenge/submission/").text
    assert submission.model_name in page
    assert 'value="disqualify"' not in page
    assert "/file/" not in people["Assistant"].get(submission.get_absolute_url()).text
    change = people["Assistant"].get(f"/admin/challenge/submission/{submission.pk}/change/").text
    assert "/file/" not in change


@pytest.mark.parametrize("role", ["Assistant", "helper", "looks"])
def test_these_change_nothing(role, submission, people):
    phase = Phase.objects.get()
    act(people[role], "disqualify", submission, confirm="yes", reason="x")
    people[role].post(f"/admin/challenge/phase/{phase.pk}/change/", {"name": "Changed"})
    people[role].post(f"/admin/challenge/phase/{phase.pk}/delete/", {"post": "yes"})
    submission.refresh_from_db()
    assert not submission.is_disqualified
    assert Phase.objects.get() == phase
    assert not HistoryLine.objects.exists()


def test_an_organizer_organizes(submission, people):
    act(people["Organizer"], "disqualify", submission, confirm="yes", reason="x")
    submission.refresh_from_db()
    assert submission.is_disqualified


@pytest.mark.django_db
def test_a_migration_brings_roles_up_to_date_and_leaves_other_groups():
    organizers, own = Group.objects.get(name="Organizer"), Group.objects.create(name="Own")
    organizers.permissions.clear()
    own.permissions.add(Permission.objects.get(codename="view_phase"))
    call_command("migrate", verbosity=0)
    assert organizers.permissions.filter(codename="change_submission").exists()
    assert not organizers.permissions.filter(
        content_type__app_label="accounts", codename="change_team"
    ).exists()
    assert own.permissions.count() == 1
    make_roles()
    assert sorted(Group.objects.values_list("name", flat=True)) == sorted([*ROLES, "Own"])


def test_the_roles_themselves_are_fixed(people):
    role = Group.objects.get(name="Assistant")
    page = f"/admin/auth/group/{role.pk}/"
    assert people["Administrator"].get(f"{page}change/").status_code == 200
    assert people["Administrator"].post(f"{page}change/", {"name": "Mine"}).status_code == 403
    assert people["Administrator"].post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert Group.objects.filter(name="Assistant").exists()
