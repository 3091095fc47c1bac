"""Members of groups, and the address where a team makes a group."""

from challenge.models import MethodGroup, Submission
from challenge.services import groups

CREATE = "/profile/groups/"


def group_of(*members: Submission, name: str = "ResNet-18") -> MethodGroup:
    return groups.create_group(team=members[0].team, name=name, members=[m.pk for m in members])


def members_of(group: MethodGroup) -> set[Submission]:
    return set(Submission.objects.filter(group=group))
