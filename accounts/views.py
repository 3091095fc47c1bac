"""The pages of an account that allauth does not bring, and one that it brings unprepared for a race."""

from allauth.account import views as allauth_views
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms import DeleteAccountForm, SignupForm
from accounts.http import TeamRequest
from accounts.services import close_account
from challenge.models import Submission


class SignupView(allauth_views.SignupView):
    """Registers a team."""

    def form_valid(self, form: SignupForm) -> HttpResponse:
        """Register; if another registration took the name or address just now, say what the form would."""
        try:
            return super().form_valid(form)
        except IntegrityError:
            form.full_clean()
            return super().form_valid(form) if form.is_valid() else self.form_invalid(form)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password")
@never_cache
@login_required
def delete(request: TeamRequest) -> HttpResponse:
    """Delete the account of the team that is logged in; organizers are removed by other organizers."""
    if request.user.is_staff:
        return render(request, "accounts/delete_refused.html", status=403)
    public_results = Submission.objects.filter(team=request.user).public().count()
    form = DeleteAccountForm(request.POST or None, team=request.user, has_public_results=public_results > 0)
    if form.is_valid():
        close_account(request.user, keep_name=form.keeps_name)
        logout(request)
        messages.success(request, "Your account is deleted.")
        return redirect("home")
    return render(request, "accounts/delete.html", {"form": form, "public_results": public_results})
