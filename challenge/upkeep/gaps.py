"""Gaps that the first texts leave for the organizers to fill."""

import re

from challenge.models import SitePage

#: A gap in a text: “[organizers: name the people who run this site.]”
_GAP = re.compile(r"\[organizers:[^\]]*\]")


def gaps_in_texts() -> dict[SitePage, int]:
    """Return the pages that have gaps, or no text at all, with their numbers of gaps."""
    counts = {
        page: len(_GAP.findall(page.body)) or int(not page.body.strip()) for page in SitePage.objects.all()
    }
    return {page: count for page, count in counts.items() if count}
