"""CITATION.cff of the repository: required fields, and the same facts as elsewhere."""

import yaml
from django.conf import settings

from bigsite.version import site_version
from challenge.tests.test_research import SHIPPED


def test_the_citation_file_says_what_the_site_says():
    about = yaml.safe_load((settings.BASE_DIR / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= about.keys()
    assert (about["version"], about["license"]) == (site_version(), "Apache-2.0")
    thesis = about["preferred-citation"]
    (work,) = [work for work in SHIPPED if work["key"] == "bachmeier2024designing"]
    assert (thesis["title"], thesis["year"], thesis["url"]) == (work["title"], work["year"], work["url"])
