from datetime import UTC, datetime

from django.db import migrations


def create_first_phase(apps, schema_editor):
    """A site can take submissions as soon as its labels are loaded; organizers change the phase in admin."""
    phase = apps.get_model("challenge", "Phase")
    if not phase.objects.exists():
        phase.objects.create(name="Open phase", opens_at=datetime(2024, 11, 1, tzinfo=UTC))


class Migration(migrations.Migration):
    dependencies = [("challenge", "0001_initial")]
    operations = [migrations.RunPython(create_first_phase, migrations.RunPython.noop)]
