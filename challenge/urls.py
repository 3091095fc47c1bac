"""The addresses of the challenge's pages."""

from django.urls import path, register_converter

from challenge.converters import SitePageConverter
from challenge.views import (
    compare,
    home,
    leaderboard,
    metrics,
    pages,
    profile,
    published,
    research,
    submissions,
)

register_converter(SitePageConverter, "site_page")

urlpatterns = [
    path("", home.home, name="home"),
    path("challenge/", pages.challenge, name="challenge"),
    path("challenge/design/", pages.design, name="challenge_design"),
    path("<site_page:slug>/", pages.site_page, name="site_page"),
    path("leaderboard/", leaderboard.leaderboard, name="leaderboard"),
    path("compare/", compare.compare, name="compare"),
    path("metrics/", metrics.metrics, name="metrics"),
    path("research/", research.research, name="research"),
    path("research/references.bib", research.references_bib, name="references_bib"),
    path("submissions/<int:pk>/", submissions.submission, name="submission"),
    path("submissions/<int:pk>/result/", submissions.submission_result, name="submission_result"),
    path("submissions/<int:pk>/file/", submissions.submission_file, name="submission_file"),
    path("published/<int:pk>/", published.published_method, name="published_method"),
    path("profile/", profile.profile, name="profile"),
    path("profile/submissions/", profile.profile_submissions, name="profile_submissions"),
]
