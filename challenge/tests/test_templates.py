"""All templates compile: a mistake is found without requesting the page."""

from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = settings.BASE_DIR / "templates"
NAMES = sorted(
    str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.suffix in (".html", ".txt")
)


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(name):
    get_template(name)  # raises if a tag is unclosed, unknown or incomplete
    assert Path(FOLDER, name).read_text(encoding="utf-8").strip()
