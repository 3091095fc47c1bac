import json
from pathlib import Path

from django.db import migrations
from django.utils import timezone

CONTENT = Path(__file__).parent.parent / "content"


def load_first_texts(apps, schema_editor):
    """A new site has its pages and references; from then on organizers change them in admin."""
    now = timezone.now()
    pages = apps.get_model("challenge", "SitePage").objects
    for file in sorted((CONTENT / "pages").glob("*.md")):
        defaults = {"body": file.read_text(encoding="utf-8"), "updated_at": now}
        pages.get_or_create(slug=file.stem, defaults=defaults)
    references = apps.get_model("challenge", "Reference").objects
    for entry in json.loads((CONTENT / "references.json").read_text(encoding="utf-8")):
        references.get_or_create(key=entry.pop("key"), defaults=entry)


class Migration(migrations.Migration):
    dependencies = [("challenge", "0003_curves_references_and_pages")]
    operations = [migrations.RunPython(load_first_texts, migrations.RunPython.noop)]
