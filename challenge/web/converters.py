"""Parts of addresses."""

from django.urls.converters import StringConverter

from challenge.models import SitePage


class SitePageConverter(StringConverter):
    """The address of a page that organizers write; other words are left to other patterns."""

    regex = "|".join(SitePage.Slug.values)
