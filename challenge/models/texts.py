"""Texts that organizers write for the pages."""

import re

from django.db import models
from django.urls import reverse

from challenge.formats.markdown import validate as validate_markdown


class Reference(models.Model):
    """A publication listed on the Research page."""

    class Topic(models.TextChoices):
        """Sections of the page, in order."""

        BENCHMARKS = "benchmarks", "Benchmarks and challenges"
        DATA = "data", "Data"
        METHODS = "methods", "Methods and their evaluation"
        REPORTING = "reporting", "Metrics, ranking and reporting"

    key = models.SlugField(unique=True, help_text="BibTeX key, for example yang2023medmnist.")
    topic = models.CharField(max_length=20, choices=Topic)
    title = models.CharField(max_length=300)
    authors = models.CharField(
        max_length=500, help_text="As in a citation: “Yang, J., Shi, R., Wei, D., et al.”"
    )
    venue = models.CharField(max_length=200, help_text="Journal, conference or preprint server.")
    year = models.PositiveSmallIntegerField()
    url = models.URLField(
        "link", max_length=300, help_text="DOI as https://doi.org/..., or the page of the publication."
    )
    summary = models.TextField(
        blank=True, help_text="Its relevance to this benchmark, in one or two sentences."
    )
    bibtex = models.TextField("BibTeX", help_text="The complete entry, with the key above.")

    class Meta:
        ordering = ["topic", "year", "key"]

    def __str__(self) -> str:
        return self.key

    @property
    def short(self) -> str:
        """Authors and year, as cited in a sentence: “Yang et al., 2023”."""
        surnames = re.findall(r"([^,]+), [^,]*\.(?:, |$)", self.authors.removesuffix(", et al."))
        if not surnames:
            return f"{self.authors}, {self.year}"
        if self.authors.endswith("et al.") or len(surnames) > 2:
            return f"{surnames[0]} et al., {self.year}"
        return f"{' and '.join(surnames)}, {self.year}"

    @property
    def preprint(self) -> str:
        """ArXiv number in the note of the BibTeX entry; empty if there is none."""
        found = re.search(r"Preprint: arXiv:([\d.]+\d)", self.bibtex)
        return found[1] if found else ""


class SitePage(models.Model):
    """A page that organizers write in Markdown."""

    class Slug(models.TextChoices):
        """Pages, by their URL slugs."""

        ABOUT = "about", "About"
        SITE_NOTICE = "site-notice", "Site notice"
        PRIVACY = "privacy", "Privacy"

    slug = models.CharField("page", max_length=20, choices=Slug, unique=True)
    body = models.TextField(
        "text",
        validators=[validate_markdown],
        help_text="Markdown. HTML that could run or load something is removed.",
    )
    updated_at = models.DateTimeField("changed", auto_now=True)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.get_slug_display()

    def get_absolute_url(self) -> str:
        """Return the URL of the page."""
        return reverse("site_page", args=[self.slug])
