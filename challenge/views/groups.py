"""Groups of seeds: the page of a group, and the pages on which its team edits or dissolves it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import TeamRequest
from challenge.access import get_own_group, get_visible_group, is_insider, shown_team, visible_members
from challenge.entries.scores import group_row
from challenge.forms import GroupForm
from challenge.leaderboard.attempts import with_attempts
from challenge.leaderboard.place import find_place
from challenge.leaderboard.rank_sets import MOST as MOST_IN_SETS
from challenge.models import MethodGroup, Metric, ranked_versions
from challenge.results.facts import stated_facts
from challenge.results.seeds import seed_evaluations
from challenge.services import groups


@require_safe
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """Page of a group: mean and deviation over its seeds, overall and on each dataset, and its members."""
    shown = get_visible_group(request.user, pk)
    versions = ranked_versions()
    members = visible_members(request.user, [shown])
    evaluations = seed_evaluations(members, versions)
    by_submission = {evaluation.submission_id: evaluation for evaluation in evaluations}
    context: dict[str, object] = {
        "group": shown,
        "ground_truth": versions and versions.ground_truth,
        "team": shown_team(request.user, shown),
        "is_private": not shown.is_standing,
        "members": [(member, by_submission.get(member.pk)) for member in members],
        "seeds": list(members),
        "facts": stated_facts(members),
        "evaluations": evaluations,
        "metrics": Metric.choices,
        "is_own": shown.team_id == request.user.pk,
        "is_insider": is_insider(request.user, shown),
        "fewest": MethodGroup.FEWEST,
    }
    if len(evaluations) >= MethodGroup.FEWEST:
        (row,) = with_attempts([group_row(shown, evaluations)])
        context |= {
            "row": row,
            "benchmark": row.benchmark,
            "datasets": [(d, row.by_dataset[d.name]) for d in row.benchmark if d.name in row.by_dataset],
            "place": find_place([row.key], row.resolution, Metric.AUC, versions, members[0].phase.board),
            "most_in_sets": MOST_IN_SETS,
        }
    return render(request, "challenge/group.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_group(request: TeamRequest, pk: int) -> HttpResponse:
    """Form to change the name or the members of a group."""
    own = get_own_group(request.user, pk)
    data = request.POST if request.method == "POST" else None
    form = GroupForm(data, team=request.user, group=own)
    if form.is_valid():
        try:
            groups.change_group(own, **form.cleaned_data)
        except groups.GroupRefusedError as error:
            form.add_error("members", error.problems)
        else:
            messages.success(request, "The group has been changed.")
            return redirect(own)
    return render(request, "challenge/group_edit.html", {"group": own, "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def dissolve_group(request: TeamRequest, pk: int) -> HttpResponse:
    """Dissolve a group after confirmation."""
    own = get_own_group(request.user, pk)
    if request.method != "POST":
        return render(request, "challenge/group_dissolve.html", {"group": own})
    groups.dissolve_group(own)
    messages.success(request, f"“{own}” has been dissolved. Its submissions are single entries again.")
    return redirect(f"{reverse('profile')}#seeds")
