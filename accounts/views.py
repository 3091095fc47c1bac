"""A page of an account that allauth brings unprepared for a race."""

from allauth.account import views as allauth_views
from django.db import IntegrityError
from django.http import HttpResponse

from accounts.forms import SignupForm


class SignupView(allauth_views.SignupView):
    """Registers a team."""

    def form_valid(self, form: SignupForm) -> HttpResponse:
        """Register; if another registration took the name or address just now, say what the form would."""
        try:
            return super().form_valid(form)
        except IntegrityError:
            form.full_clean()
            return super().form_valid(form) if form.is_valid() else self.form_invalid(form)
