"""Zip of all figures of an entry, drawn when its intervals are known and kept while it is valid."""

import textwrap

from django.conf import settings

from challenge import files
from challenge.entries.figures import all_figures
from challenge.models import Evaluation, Submission, ranked_versions
from challenge.services.figure_files import delete_figures, figures_path

#: Drawing all figures of an entry takes about 17 s on an idle machine. The limits of the task are higher than this one.
RENDER_SECONDS = 240


def render_figures(evaluation_id: int) -> None:
    """Make the zip of an evaluation if its scores are shown and the zip does not exist yet.

    Raises:
        RenderError: the browser did not draw the figures.

    """
    from challenge.figures.files import write_zip  # heavy: only the drawing worker loads it

    evaluation = _if_shown(evaluation_id)
    if evaluation is None or not settings.CHROMIUM:
        return
    submission = evaluation.submission
    place = figures_path(evaluation)
    if not files.exists(place):
        with files.writing(place) as draft:
            write_zip(
                all_figures(submission, evaluation, ranked_versions()),
                draft,
                readme=readme(submission, evaluation),
                chromium=settings.CHROMIUM,
                seconds=RENDER_SECONDS,
            )
    evaluation = _if_shown(evaluation_id)  # the account may have been closed in the meantime
    delete_figures(submission.pk, but=figures_path(evaluation) if evaluation else None)


def _if_shown(evaluation_id: int) -> Evaluation | None:
    """Return an evaluation with its submission; None if the submission was withdrawn, or shows other scores."""
    submissions = Submission.objects.filter(evaluations=evaluation_id, withdrawn_at__isnull=True)
    submissions = submissions.select_related("team").prefetch_related(
        "evaluations__ground_truth", "evaluations__dataset_scores"
    )
    submission = submissions.first()
    shown = submission.latest_scores(ranked_versions()) if submission else None
    return shown if shown and shown.pk == evaluation_id else None


def zip_name(submission: Submission) -> str:
    """Return the file name of the downloaded zip, without suffix."""
    return f"big-submission-{submission.pk}-figures"


def readme(submission: Submission, evaluation: Evaluation) -> str:
    """Return the README of the zip: the entry, the files, and the citation. The zip is the same for all readers."""
    ground_truth = evaluation.ground_truth
    address = f"{settings.SITE_URL}{submission.get_absolute_url()}"
    times = "%d %B %Y" if submission.is_anonymous else "%d %B %Y, %H:%M UTC"
    demo = "\nDEMO DATA: these test labels are synthetic, and the scores mean nothing.\n"
    return _README.format(
        submission=submission,
        team=submission.public_team_name,
        resolution=submission.get_resolution_display(),
        address=address,
        submitted=f"{submission.created_at:{times}}",
        year=submission.created_at.year,
        scored=f"{evaluation.scored_at:{times}}",
        scorer=evaluation.scorer_version,
        labels=f"{ground_truth.name}, version {ground_truth.version}",
        demo=demo if ground_truth.is_demo else "",
    )


_README = textwrap.dedent("""\
    Figures of an entry of the BIG benchmark (Biomedical Image Generalization)
    {demo}
    Entry:        submission {submission}
    Team:         {team}
    Resolution:   {resolution}
    Submitted:    {submitted}
    Scored:       {scored}, by scorer version {scorer}
    Test labels:  {labels}
    Page:         {address}

    png/  each figure at 288 dots per inch
    svg/  the same figures as vector graphics
    csv/  the numbers shown in the figures

    All figures have the same width, font and colours. Ranks and comparisons with other entries date
    from the time when these figures were made. The page shows the current state.

    To cite the entry:
      {team}: {submission.model_name}. Submission #{submission.pk} to the BIG benchmark, {year}. {address}
    The published results in the figures are from:
      Doerrich, Di Salvo, Brockmann, Ledig: Rethinking model prototyping through the MedMNIST+ dataset
      collection. Scientific Reports, 2025. https://doi.org/10.1038/s41598-025-92156-9
""")
