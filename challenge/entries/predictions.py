"""Published predictions, for readers: the file of an entry, and the archive of all files."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from challenge import files
from challenge.formats.spreadsheets import to_csv
from challenge.formats.zips import zip_stream
from challenge.leaderboard.export import absolute
from challenge.models import Licence, PredictionFile, Submission, today
from challenge.services.predictions import predictions_name, predictions_path

COLUMNS = ["file", "name", "team", "resolution", "standard", "baseline", "licence", "page", "sha256"]

#: Columns that the table of the archive needs; descriptions of thousands of entries would take megabytes.
_NEEDED = (
    *("team__name", "prediction_file__sha256", "model_name", "resolution", "predictions_licence"),
    *("external_data", "special_methods", "training", "visibility", "anonymous_until"),
)


@dataclass(frozen=True)
class Published:
    """Predictions that the team of an entry publishes; size and checksum are unknown until the file is written."""

    licence: Licence
    is_written: bool
    size: int
    sha256: str


def published_of(submission: Submission) -> Published | None:
    """Return the published predictions of an entry; None if its team publishes none, or if it is not ranked."""
    if not submission.publishes_predictions:
        return None
    file = PredictionFile.objects.filter(submission=submission, status=PredictionFile.Status.DONE).first()
    licence = Licence(submission.predictions_licence)
    return Published(licence, file is not None, file.size if file else 0, file.sha256 if file else "")


def archive() -> Iterator[bytes]:
    """Yield the zip of all published predictions, with a README, a table of the entries, and checksums."""
    return zip_stream(_members(), today(), files.open_file)


def _members() -> Iterator[tuple[str, bytes | Path]]:
    """Yield the members of the archive; tables and checksums come last, and list the files that were sent."""
    yield "README.txt", _readme().encode()
    lines, checksums = [], []
    for submission in _published():
        place, name = predictions_path(submission.pk), _name(submission)
        if files.exists(place):
            yield name, place
            lines.append(_line(name, submission))
            checksums.append(f"{submission.prediction_file.sha256}  {name}\n")
    yield "entries.csv", to_csv(COLUMNS, lines).encode()
    yield "SHA256SUMS", "".join(checksums).encode()


def _published() -> Iterator[Submission]:
    rows = Submission.objects.ranked().filter(
        predictions_licence__gt="", prediction_file__status=PredictionFile.Status.DONE
    )
    rows = rows.select_related("team", "prediction_file").only(*_NEEDED)
    return rows.order_by("resolution", "pk").iterator(chunk_size=200)


def _name(submission: Submission) -> str:
    return f"predictions/{submission.resolution}/{predictions_name(submission.pk)}"


def _line(name: str, submission: Submission) -> list[str | int]:
    return [
        name,
        submission.model_name,
        submission.public_team_name,
        submission.resolution,
        submission.is_standard,
        submission.is_baseline,
        submission.predictions_licence,
        absolute(submission.get_absolute_url()),
        submission.prediction_file.sha256,
    ]


def _readme() -> str:
    licences = "\n".join(f"      {one.value}: {one.url}" for one in Licence)
    return _README.format(site=settings.SITE_URL, day=today(), licences=licences)


_README = textwrap.dedent("""\
    Predictions of entries of the BIG benchmark (Biomedical Image Generalization)

    Source:  {site}/predictions.zip, {day} (UTC)

    predictions/  a file for each entry whose team publishes its predictions, by resolution of the images
    entries.csv   name, team, licence and page of each entry, and the checksum of its file
    SHA256SUMS    the checksums, for `sha256sum --check SHA256SUMS`

    Each file has the class probabilities of all test images, in the canonical layout of
    {site}/format/. The site wrote it from the upload of the team, with the same values, and
    `manage.py score_submission` gives the scores of the page.

    The column `licence` of entries.csv has the licence that the team has chosen for its file:
    {licences}

    To give credit, name model, team and page of the entry. The page has a citation.
    A team can end the publication: the archive of a later day may lack a file.
""")
