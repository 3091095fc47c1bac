"""Page on which a team deletes its account."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.http import TeamRequest
from challenge.forms import DeleteAccountForm
from challenge.models import Submission
from challenge.releases.of_entry import team_is_in_a_release
from challenge.services.accounts import close_account


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
@login_required
def delete_account(request: TeamRequest) -> HttpResponse:
    """Delete the account of the logged-in team; organizers can be removed only by other organizers."""
    if request.user.is_staff:
        return render(request, "accounts/delete_refused.html", status=403)
    public_results = Submission.objects.filter(team=request.user).ranked().count()
    form = DeleteAccountForm(request.POST or None, team=request.user, has_public_results=public_results > 0)
    if form.is_valid():
        close_account(request.user, keep_name=form.keeps_name)
        logout(request)
        messages.success(request, "Your account has been deleted.")
        return redirect("home")
    in_release = team_is_in_a_release(request.user)
    context = {"form": form, "public_results": public_results, "in_release": in_release}
    return render(request, "accounts/delete.html", context)
