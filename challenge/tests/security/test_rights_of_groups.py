"""Groups and permissions: only administrators edit them, because who edits them can have every right."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import Team

GROUPS, TEAMS = "/admin/auth/group/", "/admin/accounts/team/"


@pytest.fixture
def with_rights_of_django(in_role):
    """An organizer who has Django's own permissions on groups, permissions and accounts, too."""
    person = in_role("Organizer")
    granted = Permission.objects.filter(content_type__model__in=["group", "permission", "team"])
    person.user_permissions.add(*granted.exclude(codename="administer_accounts"))
    return Team.objects.get(pk=person.pk)


def test_djangos_permissions_on_groups_are_not_enough(as_user, with_rights_of_django):
    client = as_user(with_rights_of_django)
    group = Group.objects.create(name="Helpers")
    everything = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
    for address in (GROUPS, f"{GROUPS}add/", f"{GROUPS}{group.pk}/change/", f"{GROUPS}{group.pk}/delete/"):
        assert client.get(address).status_code == 403, address
        form = {"name": "Helpers", "permissions": everything, "post": "yes"}
        assert client.post(address, form).status_code == 403, address
    assert not group.permissions.exists()
    assert Group.objects.filter(name="Helpers").exists()


def test_nobody_gives_rights_to_themselves(as_user, with_rights_of_django):
    client = as_user(with_rights_of_django)
    person = with_rights_of_django
    address = f"{TEAMS}{person.pk}/change/"
    form = {"is_staff": "on", "is_superuser": "on", "groups": [Group.objects.get(name="Administrator").pk]}
    assert client.post(address, form).status_code == 403
    assert (
        client.post(f"{TEAMS}{person.pk}/password/", {"password1": "x", "password2": "x"}).status_code == 403
    )
    assert client.post(f"{TEAMS}add/", {"name": "New", "is_superuser": "on"}).status_code == 403
    person.refresh_from_db()
    assert not person.is_superuser
    assert [group.name for group in person.groups.all()] == ["Organizer"]


def test_an_administrator_edits_groups_but_makes_no_superuser(as_user, in_role, organizer):
    administrator = in_role("Administrator")
    client = as_user(administrator)
    permission = Permission.objects.get(codename="view_submission")
    assert (
        client.post(f"{GROUPS}add/", {"name": "Readers", "permissions": [permission.pk]}).status_code == 302
    )
    assert Group.objects.get(name="Readers").permissions.get() == permission
    client.post(f"{TEAMS}{administrator.pk}/change/", {"is_staff": "on", "is_superuser": "on"})
    administrator.refresh_from_db()
    assert not administrator.is_superuser
    assert client.post(f"{TEAMS}{organizer.pk}/password/", {"password1": "x"}).status_code == 403
    assert client.post(f"{TEAMS}{organizer.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Team.objects.filter(pk=organizer.pk).exists()


@pytest.mark.parametrize("role", ["Organizer", "Assistant"])
def test_other_roles_see_no_groups(as_user, in_role, role):
    client = as_user(in_role(role))
    assert client.get(GROUPS).status_code == 403
    assert GROUPS not in client.get("/admin/").text
