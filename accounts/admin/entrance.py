"""Entrance of the admin: for organizers with a second factor, by the log-in of the site."""

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

# Addresses and factors are only changed together with their teams.
admin.site.unregister(EmailAddress)
admin.site.unregister(Authenticator)

_may_enter = admin.site.has_permission
# The site's own log-in: by name or e-mail address, with limits on failed attempts.
_log_in = secure_admin_login(admin.site.login)


def has_permission(request: HttpRequest) -> bool:
    """Return whether a person may open pages of the admin: an organizer with a second factor."""
    return _may_enter(request) and request.user.has_second_factor  # type: ignore[union-attr]


def login(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """Lead to the log-in, and an organizer without a second factor to setting it up."""
    if _may_enter(request) and not request.user.has_second_factor:  # type: ignore[union-attr]
        messages.warning(request, "To open the admin, set up a second factor for your account first.")
        return redirect("mfa_index")
    return _log_in(request, extra_context)


def password_change(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """Lead to the page of the site, which logs the change and mails it."""
    return redirect("account_change_password")


admin.site.has_permission = has_permission  # type: ignore[method-assign]
admin.site.login = login  # type: ignore[method-assign]
admin.site.password_change = password_change  # type: ignore[method-assign, assignment]
