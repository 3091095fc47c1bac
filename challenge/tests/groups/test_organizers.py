"""Groups in the admin."""

from challenge.models import MethodGroup, Submission
from challenge.tests.pages import page_of


def test_organizers_look_at_groups_and_dissolve_them(grouped, as_user, organizer):
    group, runs = grouped
    client = as_user(organizer)
    listed = page_of(client, "/admin/challenge/methodgroup/")
    assert "ResNet-18" in listed
    page = page_of(client, f"/admin/challenge/methodgroup/{group.pk}/change/")
    for member in runs:
        assert f"/admin/challenge/submission/{member.pk}/change/" in page
    assert "ResNet-18" in page_of(client, f"/admin/challenge/submission/{runs[0].pk}/change/")
    response = client.post(
        "/admin/challenge/methodgroup/", {"action": "dissolve", "_selected_action": [group.pk]}, follow=True
    )
    assert "Groups dissolved: 1." in response.content.decode()
    assert not MethodGroup.objects.exists()
    assert Submission.objects.count() == 3
    assert "ResNet-18" in page_of(client, "/admin/"), "it is among the recent actions"
