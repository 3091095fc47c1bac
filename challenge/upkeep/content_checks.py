"""Checks of what a site needs in its database, and of the worker."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone

from accounts.models import Team
from bigsite.outages import StorageDownError
from challenge import files
from challenge.formats.times import in_utc
from challenge.models import GroundTruth, Phase, PublishedMethod, Release
from challenge.upkeep import work
from challenge.upkeep.gaps import gaps_in_texts


def administrator() -> str:
    """Check that somebody has every right, and an address."""
    able = Team.objects.filter(is_superuser=True, is_staff=True, is_active=True, email__isnull=False)
    return (
        "" if able.exists() else "Nobody can administer the site. Run `manage.py setup` or `createsuperuser`."
    )


def labels() -> str:
    """Check that submissions are scored against the official labels, and that their file is there."""
    active = GroundTruth.objects.active()
    load = "Run `manage.py load_ground_truth --download`."
    if active is None:
        return f"Nothing can be scored. {load}"
    if not _is_stored(active.place):
        return f"The file {files.shown(active.place)} of the labels is gone. Put it back, or: {load}"
    if active.is_demo:
        return f"The labels are synthetic, so scores mean nothing. {load}"
    if active.is_official is False:
        return f"“{active}” are not the official labels. If this is not what you want: {load}"
    return ""


def _is_stored(place: Path) -> bool:
    try:
        return files.exists(place)
    except StorageDownError:
        return True  # the check of the stored files says so


def published_results() -> str:
    """Check that the leaderboard has the results of papers."""
    if PublishedMethod.objects.exists():
        return ""
    return "The leaderboard has no published results. Run `manage.py import_reported_baselines`."


def texts() -> str:
    """Check that the organizers have filled the gaps of the first texts."""
    gaps = gaps_in_texts()
    counts = ", ".join(f"{page} {count}" for page, count in gaps.items())
    return (
        f"Texts have gaps in brackets ({counts}). Fill them in at /{settings.ADMIN_PATH}, Site pages."
        if gaps
        else ""
    )


def phase() -> str:
    """Check that a phase takes submissions or will."""
    if not (Phase.objects.current() or Phase.objects.upcoming()):
        return f"No phase takes submissions, and none is planned. Add one at /{settings.ADMIN_PATH}, Phases."
    return ""


def releases() -> str:
    """Check that every release that was asked for is frozen, and that its archive is there, byte for byte."""
    failed = Release.objects.filter(status=Release.Status.FAILED).first()
    if failed:
        return (
            f"{failed} was not frozen. Look at the worker's log, then freeze it again at /{settings.ADMIN_PATH}, "
            "Releases."
        )
    for release in Release.objects.frozen():
        shown = files.shown(release.archive_path)
        try:
            if files.sha256_of(release.archive_path) != release.archive_sha256:
                return f"The archive {shown} of {release} was changed. Put it back from a backup."
        except FileNotFoundError:
            return f"The archive {shown} of {release} is gone. Put it back from a backup."
        except StorageDownError:
            return ""  # the check of the stored files says so
    return ""


def worker() -> str:
    """Check that beat and worker run."""
    swept_at = work.last_sweep()
    if not work.is_old(swept_at, timezone.now()):
        return ""
    seen = f"was last seen on {in_utc(swept_at)}" if swept_at else "was never seen"
    return f"The worker {seen}. Start `celery -A bigsite worker --beat`, or look at its log."
