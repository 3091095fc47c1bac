"""Citation of a release."""

from challenge.formats.bibtex import escape, write_entry
from challenge.leaderboard.export import absolute
from challenge.models import Release
from challenge.releases.texts import AUTHOR, title_of


def bibtex_key(release: Release) -> str:
    """Return the key of the BibTeX entry."""
    return f"big_{release.name.replace('.', '_')}"


def cite_release(release: Release) -> str:
    """Return the BibTeX entry of a frozen release, with its DOI once there is one."""
    frozen = release.frozen_at or release.asked_at
    note = f"Frozen on {frozen:%Y-%m-%d}, archive SHA-256 {release.archive_sha256}"
    fields = {
        "author": f"{{{AUTHOR}}}",
        "title": f"{{{escape(title_of(release))}}}",
        "year": f"{frozen:%Y}",
        "version": release.name,
        **({"doi": release.doi} if release.doi else {}),
        "url": absolute(release.get_absolute_url()),
        "note": f"{note} (demo data, not to be cited)" if release.is_demo else note,
    }
    return write_entry("misc", bibtex_key(release), fields)
