import json
from pathlib import Path

from django.db import migrations

KEYS = (
    "brier1950verification", "cohen1968weighted", "delong1988comparing", "efron1993introduction",
    "gorodkin2004comparing", "guo2017calibration", "mogstad2024inference",
)  # fmt: skip


def add_references(apps, schema_editor):
    """The sources of intervals, rank sets and informational metrics; a new site has them already."""
    references = apps.get_model("challenge", "Reference").objects
    file = Path(__file__).parent.parent / "content" / "references.json"
    for entry in json.loads(file.read_text(encoding="utf-8")):
        if entry["key"] in KEYS:
            references.get_or_create(key=entry.pop("key"), defaults=entry)


class Migration(migrations.Migration):
    dependencies = [("challenge", "0007_uncertainty")]
    operations = [migrations.RunPython(add_references, migrations.RunPython.noop)]
