"""Registration page that, unlike allauth's, handles two registrations at the same time."""

from allauth.account import views as allauth_views
from django.db import IntegrityError
from django.http import HttpResponse

from accounts.forms import SignupForm


class SignupView(allauth_views.SignupView):
    """Registration of a team."""

    def form_valid(self, form: SignupForm) -> HttpResponse:
        """Register; if another registration has just taken the name or address, show the form's errors."""
        try:
            return super().form_valid(form)
        except IntegrityError:
            form.full_clean()
            return super().form_valid(form) if form.is_valid() else self.form_invalid(form)
