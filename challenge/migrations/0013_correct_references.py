import json
from pathlib import Path

from django.db import migrations, models

#: Fields as the site shipped them before, by key of the work. Organizers changed a row if it differs.
BEFORE = {
    "koh2021wilds": {
        "summary": "Ten datasets whose test images come from other hospitals, places or groups than the training "
        "images. Its standard and non-standard submissions are the model for the rules of this benchmark.",
    },
    "doerrich2025rethinking": {
        "venue": "Scientific Reports 15",
        "summary": "Ten architectures, three training schemes and four resolutions on all twelve datasets (first as "
        "arXiv:2404.15786, 2024). Its accuracy and AUC stand on the leaderboard as published results.",
        "bibtex": "@article{doerrich2025rethinking,\n"
        "  author = {Doerrich, Sebastian and Di Salvo, Francesco and Brockmann, Julius and Ledig, Christian},\n"
        "  title = {{Rethinking model prototyping through the MedMNIST+ dataset collection}},\n"
        "  journal = {Scientific Reports},\n"
        "  volume = {15},\n"
        "  note = {Preprint: arXiv:2404.15786, 2024},\n"
        "  year = {2025},\n"
        "  doi = {10.1038/s41598-025-92156-9}\n"
        "}",
    },
    "woerner2025comprehensive": {
        "summary": "MedIMeta: 19 datasets of 10 domains with 54 tasks, brought into one format (first as "
        "arXiv:2404.16000, 2024). Its multi-domain multi-task pre-training is where mm-PT comes from.",
    },
}

ADDED = (
    "abhishek2025investigating", "acevedo2020dataset", "aldhabyani2020dataset", "bilic2023liver",
    "ignatov2024nct", "kather2018histological", "kather2019predicting", "kermany2018identifying",
    "kermany2018large", "liu2022deepdrid", "ljosa2012annotated", "pawlowska2023letter", "tampu2022inflation",
    "tschandl2018ham10000", "wang2017chestxray", "woloshuk2021situ", "xu2019efficient",
)  # fmt: skip


def correct_references(apps, schema_editor):
    """Update shipped fields that nobody changed, and add the sources of the datasets. A new site already has both.

    Rows that organizers changed or added do not change, and rows that they deleted do not return. A work is not added
    if organizers list it under another key.
    """
    references = apps.get_model("challenge", "Reference").objects
    file = Path(__file__).parent.parent / "content" / "references.json"
    works = {work["key"]: work for work in json.loads(file.read_text(encoding="utf-8"))}
    for key, fields in BEFORE.items():
        for field, value in fields.items():
            references.filter(key=key, **{field: value}).update(**{field: works[key][field]})
    for key in ADDED:
        if not references.filter(models.Q(key=key) | models.Q(url=works[key]["url"])).exists():
            references.create(**works[key])


class Migration(migrations.Migration):
    dependencies = [("challenge", "0012_secondary_metrics")]
    operations = [
        migrations.AlterField(
            model_name="publishedscore",
            name="source",
            field=models.CharField(
                max_length=20,
                choices=[
                    ("doerrich2024", "Doerrich et al. (2025)"),
                    ("thesis2024", "Bachmeier (2024)"),
                    ("reevaluated", "re-evaluated here"),
                ],
            ),
        ),
        migrations.RunPython(correct_references, migrations.RunPython.noop),
    ]
