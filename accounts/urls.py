"""The pages of an account that allauth does not bring, or not as they are needed here."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("signup/", views.SignupView.as_view(), name="account_signup"),
]
