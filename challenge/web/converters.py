"""URL converters."""

from django.urls.converters import StringConverter

from challenge.models import SitePage


class SitePageConverter(StringConverter):
    """Slug of a page that organizers write; other words are left to other URL patterns."""

    regex = "|".join(SitePage.Slug.values)
