"""Comparison of rows, as the page shows it."""

from django.urls import reverse

from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.pages import page_of

ADDRESS = reverse("compare")
#: The dataset on which tests compare rows.
FIRST = MEDMNIST_PLUS.datasets[0]


def compared(client, *keys: str, **query: str) -> str:
    """Return the page that compares the rows of the keys."""
    return page_of(client, ADDRESS, {"e": keys, **query})
