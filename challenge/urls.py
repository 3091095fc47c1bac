"""URLs of the challenge's pages."""

from django.conf import settings
from django.urls import path, register_converter

from challenge.admin import exports as admin_exports
from challenge.admin import unused_files
from challenge.views import (
    account,
    badges,
    baselines,
    compare,
    datasets,
    entries,
    exports,
    figure_files,
    groups,
    home,
    leaderboard,
    metrics,
    news,
    news_feed,
    own_board,
    pages,
    predictions,
    profile,
    published,
    releases,
    research,
    security_contact,
    status,
    submission_format,
    submissions,
)
from challenge.web.converters import ReleaseConverter, SitePageConverter

register_converter(SitePageConverter, "site_page")
register_converter(ReleaseConverter, "release")

urlpatterns = [
    path("", home.home, name="home"),
    path("challenge/", pages.challenge, name="challenge"),
    path("challenge/design/", pages.design, name="challenge_design"),
    path("<site_page:slug>/", pages.site_page, name="site_page"),
    path("datasets/", datasets.datasets, name="datasets"),
    path("datasets/<slug:name>/", datasets.dataset, name="dataset"),
    path(
        "datasets/<slug:name>/samples/<int:resolution>.png", datasets.dataset_samples, name="dataset_samples"
    ),
    path("leaderboard/", leaderboard.leaderboard, name="leaderboard"),
    path("leaderboard/own/", own_board.show_own_board, name="own_board"),
    path("leaderboard/own.csv", exports.own_board_csv, name="own_board_csv"),
    path("leaderboard.csv", exports.leaderboard_csv, name="leaderboard_csv"),
    path("leaderboard.json", exports.leaderboard_json, name="leaderboard_json"),
    path("releases/", releases.releases, name="releases"),
    path("releases/<release:name>/", releases.release, name="release"),
    path("releases/<release:name>/archive.zip", releases.release_archive, name="release_archive"),
    path("compare/", compare.compare, name="compare"),
    path("baselines/", baselines.baselines, name="baselines"),
    path("metrics/", metrics.metrics, name="metrics"),
    path("format/", submission_format.submission_format, name="submission_format"),
    path("format/template.csv", submission_format.format_template, name="format_template"),
    path("format/example.csv.gz", submission_format.format_example, name="format_example"),
    path("news/", news.news, name="news"),
    path("news/<int:pk>/", news.news_item, name="news_item"),
    path("news/feed.atom", news_feed.news_feed, name="news_feed"),
    path("news/mails/", news.choose_news_mails, name="choose_news_mails"),
    path("news/stop/<str:token>/", news.stop_news_mails, name="stop_news_mails"),
    path(".well-known/security.txt", security_contact.security_txt, name="security_txt"),
    path("research/", research.research, name="research"),
    path("research/references.bib", research.references_bib, name="references_bib"),
    path("submissions/<int:pk>/", submissions.submission, name="submission"),
    path("submissions/<int:pk>/result/", submissions.submission_result, name="submission_result"),
    path("submissions/<int:pk>/result.json", exports.submission_json, name="submission_json"),
    path("submissions/<int:pk>/badge.svg", badges.submission_badge, name="submission_badge"),
    path("submissions/<int:pk>/file/", submissions.submission_file, name="submission_file"),
    path(
        "submissions/<int:pk>/predictions.csv.gz",
        predictions.submission_predictions,
        name="submission_predictions",
    ),
    path("predictions.zip", predictions.all_predictions, name="all_predictions"),
    path("submissions/<int:pk>/edit/", entries.edit_entry, name="edit_entry"),
    path("submissions/<int:pk>/withdraw/", entries.withdraw_entry, name="withdraw_entry"),
    path("submissions/<int:pk>/choose/", entries.choose_entry, name="choose_entry"),
    path(
        "submissions/<int:pk>/figures.zip", figure_files.submission_figures_zip, name="submission_figures_zip"
    ),
    path(
        "submissions/<int:pk>/figures.json",
        figure_files.submission_figures_json,
        name="submission_figures_json",
    ),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/result.json", exports.group_json, name="group_json"),
    path("groups/<int:pk>/edit/", groups.edit_group, name="edit_group"),
    path("groups/<int:pk>/dissolve/", groups.dissolve_group, name="dissolve_group"),
    path("published/<int:pk>/", published.published_method, name="published_method"),
    path("profile/", profile.profile, name="profile"),
    path("profile/submissions/", profile.profile_submissions, name="profile_submissions"),
    path("profile/groups/", profile.create_group, name="create_group"),
    path("status.json", status.status, name="status"),
    path("healthz", status.healthz, name="healthz"),
    path("readyz", status.readyz, name="readyz"),
    path("prometheus/metrics", status.metrics, name="prometheus"),
    path(f"{settings.ADMIN_PATH}exports/", admin_exports.exports, name="admin_exports"),
    path(f"{settings.ADMIN_PATH}exports/<slug:name>.csv", admin_exports.export, name="admin_export"),
    path(f"{settings.ADMIN_PATH}unused-files/", unused_files.unused, name="admin_unused_files"),
    path("accounts/delete/", account.delete_account, name="account_delete"),
]
