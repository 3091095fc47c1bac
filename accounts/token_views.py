"""Page of a team's tokens for the programming interface."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import log, tokens
from accounts.forms import ApiTokenForm
from accounts.http import TeamRequest
from accounts.models import AccountEvent, ApiToken


@require_safe
@never_cache
@login_required
def list_tokens(request: TeamRequest) -> HttpResponse:
    """The tokens of the team, without their texts."""
    return render(
        request, "account/tokens.html", {"tokens": request.user.api_tokens.all(), "most": tokens.MOST}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@reauthentication_required
def create_token(request: TeamRequest) -> HttpResponse:
    """Make a token, and show its text once: the answer to the POST is the only page that has it."""
    form = ApiTokenForm(request.POST or None)
    if form.is_valid():
        try:
            token, text = tokens.create(request.user, **form.values())
        except tokens.TooManyTokensError as error:
            form.add_error(None, str(error))
        else:
            log.note(AccountEvent.Kind.TOKEN, request, request.user)
            return render(request, "account/token_made.html", {"token": token, "text": text})
    return render(request, "account/token_new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def revoke_token(request: TeamRequest, pk: int) -> HttpResponse:
    """Revoke a token of the team; a GET, after a log-in, shows the list."""
    if request.method != "POST":
        return redirect("account_tokens")
    token = get_object_or_404(ApiToken, pk=pk, team=request.user)
    if tokens.revoke(token):
        log.note(AccountEvent.Kind.TOKEN_REVOKED, request, request.user)
        messages.success(request, f"The token “{token}” does not work any more.")
    return redirect("account_tokens")
