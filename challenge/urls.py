"""The addresses of the challenge's pages."""

from django.urls import path

from challenge import views

urlpatterns = [
    path("", views.home, name="home"),
    path("leaderboard/", views.leaderboard, name="leaderboard"),
    path("submissions/<int:pk>/", views.submission, name="submission"),
    path("submissions/<int:pk>/result/", views.submission_result, name="submission_result"),
    path("submissions/<int:pk>/file/", views.submission_file, name="submission_file"),
    path("published/<int:pk>/", views.published_method, name="published_method"),
    path("profile/", views.profile, name="profile"),
    path("profile/submissions/", views.profile_submissions, name="profile_submissions"),
]
