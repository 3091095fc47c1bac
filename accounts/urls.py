"""URLs of account pages that replace allauth's, or that it does not have."""

from django.urls import path

from accounts import token_views, views

urlpatterns = [
    path("signup/", views.SignupView.as_view(), name="account_signup"),
    path("invitation/<str:key>/", views.accept_invitation, name="account_invitation"),
    path("tokens/", token_views.list_tokens, name="account_tokens"),
    path("tokens/new/", token_views.create_token, name="account_create_token"),
    path("tokens/<int:pk>/revoke/", token_views.revoke_token, name="account_revoke_token"),
]
