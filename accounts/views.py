"""Registration, and the page behind the link of an invitation."""

import time
from random import SystemRandom

from allauth.account import views as allauth_views
from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import invitations, log
from accounts.forms import AcceptInvitationForm, SignupForm
from accounts.models import NAME_TAKEN, AccountEvent, Invitation

#: Longest random wait before a registration is answered, in seconds.
LONGEST_WAIT = 0.1


class SignupView(allauth_views.SignupView):
    """Registration of a team. Unlike allauth's, it handles two registrations at the same time."""

    def form_valid(self, form: SignupForm) -> HttpResponse:
        """Register; if another registration has just taken the name or address, show the form's errors.

        A free address takes 2 ms longer than a taken one, of 240. The wait hides that from thousands of tries.
        """
        time.sleep(SystemRandom().uniform(0, LONGEST_WAIT))
        try:
            return super().form_valid(form)
        except IntegrityError:
            form.full_clean()
            return super().form_valid(form) if form.is_valid() else self.form_invalid(form)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password1", "password2")
@never_cache
def accept_invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Let an invited person set a password; the set-up of the second factor follows."""
    invitation = invitations.find(key)
    if invitation is None:
        return render(request, "account/invitation_ended.html")
    form = AcceptInvitationForm(request.POST or None, invitation=invitation)
    if form.is_valid() and (response := _make_account(request, invitation, form)):
        return response
    return render(request, "account/invitation.html", {"form": form, "invitation": invitation})


def _make_account(
    request: HttpRequest, invitation: Invitation, form: AcceptInvitationForm
) -> HttpResponse | None:
    """Make the account and log the person in; None if somebody has just taken the name."""
    name, password = form.cleaned_data["name"], form.cleaned_data["password1"]
    try:
        team = invitations.accept(invitation, name=name, password=password)
    except IntegrityError:
        form.add_error("name", NAME_TAKEN)
        return None
    if team is None:
        return render(request, "account/invitation_ended.html")
    log.note(AccountEvent.Kind.JOINED, request, team)
    login(request, team)
    record_authentication(request, team, method="password", reauthenticated=True)
    messages.success(request, f"Welcome, {team}. The last step: set up your second factor.")
    return redirect("mfa_index")
