"""URL converters."""

from django.urls.converters import StringConverter

from challenge.models import RELEASE_NAME, SitePage


class SitePageConverter(StringConverter):
    """Slug of a page that organizers write; other words are left to other URL patterns."""

    regex = "|".join(SitePage.Slug.values)


class ReleaseConverter(StringConverter):
    """Name of a release, such as 2027.1."""

    regex = RELEASE_NAME
