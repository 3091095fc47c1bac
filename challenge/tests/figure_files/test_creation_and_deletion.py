"""Creation and deletion of the zip of all figures of an entry."""

import zipfile

import pytest

from challenge.entries import figures_zip
from challenge.figures import files
from challenge.models import Evaluation, GroundTruth, Submission
from challenge.services import evaluations, figure_files, history, submissions
from challenge.services.accounts import close_account
from challenge.tests.figure_files.conftest import zips


def test_it_is_made_once_and_says_what_it_is_of(entry, quick, ground_truth):
    figures_zip.render_figures(entry.pk)
    path = figure_files.figures_path(entry)
    before = path.stat().st_mtime_ns
    drawn = len(quick)
    figures_zip.render_figures(entry.pk)
    assert path.stat().st_mtime_ns == before
    assert len(quick) == drawn > 0
    with zipfile.ZipFile(path) as archive:
        readme = archive.read("README.txt").decode()
    for fact in (
        *(
            f"submission #{entry.submission_id} Model 1.0",
            "Team Alpha",
            "28 × 28",
            f"{entry.scored_at:%d %B %Y}",
        ),
        *(
            f"scorer version {entry.scorer_version}",
            f"Demo labels, version {ground_truth.version}",
            "DEMO DATA",
        ),
        *(f"http://testserver/submissions/{entry.submission_id}/", "Ranks", "Doerrich"),
    ):
        assert fact in readme
    GroundTruth.objects.update(is_demo=False)
    entry = Evaluation.objects.get()
    assert "DEMO" not in figures_zip.readme(entry.submission, entry)


def test_a_new_scoring_replaces_it(entry, quick, folder):
    figures_zip.render_figures(entry.pk)
    (old,) = zips(folder)
    evaluations.queue_evaluations([entry.submission])
    evaluations.evaluate(entry.pk)
    entry.refresh_from_db()
    assert figure_files.figures_path(entry) != old, "the old file would be taken for the new one"
    figures_zip.render_figures(entry.pk)
    assert zips(folder) == [figure_files.figures_path(entry)]


def test_one_of_a_renamed_team_is_not_taken_for_the_new_one(entry, quick, team):
    before = figure_files.figures_path(entry)
    team.name = "Team Gamma"
    team.save()
    assert figure_files.figures_path(Evaluation.objects.get()) != before


def test_nothing_is_made_where_there_is_nothing_to_draw_or_nobody_who_does(
    submit, submit_and_score, team, quick, settings, folder
):
    queued = submit(team)
    figures_zip.render_figures(queued.evaluations.get().pk)
    figures_zip.render_figures(12345)
    settings.CHROMIUM = ""
    figures_zip.render_figures(submit_and_score(team, skill=2.0).evaluations.get().pk)
    assert not folder.exists()
    assert quick == []


def test_scores_that_others_have_replaced_are_not_drawn(entry, quick, folder):
    later = Evaluation.objects.get()
    later.pk, later.scorer_version = None, "0"
    later.save()
    figures_zip.render_figures(later.pk)
    assert not folder.exists()


@pytest.mark.parametrize("keep_name", [True, False])
def test_files_go_with_a_team_that_takes_its_name_with_it(
    keep_name, entry, quick, team, folder, django_capture_on_commit_callbacks
):
    figures_zip.render_figures(entry.pk)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(team, keep_name=keep_name)
    assert len(zips(folder)) == keep_name


def test_it_goes_with_an_account_whose_results_are_not_public(
    entry, quick, team, folder, django_capture_on_commit_callbacks
):
    figures_zip.render_figures(entry.pk)
    submissions.disqualify(entry.submission, "Cheating.", by=history.COMMAND)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(team, keep_name=True)
    assert not Submission.objects.exists()
    assert zips(folder) == []


def test_an_account_deleted_while_it_is_drawn_leaves_nothing(entry, quick, folder, monkeypatch):
    def render(figures, chromium, seconds):
        Submission.objects.all().delete()
        return []

    monkeypatch.setattr(files, "render", render)
    figures_zip.render_figures(entry.pk)
    assert zips(folder) == []
