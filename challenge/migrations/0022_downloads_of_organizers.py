"""Organizers who may act on submissions keep the right to download files, which is a permission of its own now."""

from django.db import migrations


def keep_downloads(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects
    act = permissions.filter(content_type__app_label="challenge", codename="change_submission").first()
    if act is None:  # a fresh database: permissions are made after its migrations
        return
    download, _ = permissions.get_or_create(
        content_type=act.content_type,
        codename="download_files",
        defaults={"name": "Can download the files of all teams"},
    )
    for group in apps.get_model("auth", "Group").objects.filter(permissions=act):
        group.permissions.add(download)
    for person in apps.get_model("accounts", "Team").objects.filter(user_permissions=act):
        person.user_permissions.add(download)


class Migration(migrations.Migration):
    dependencies = [
        ("challenge", "0021_permissions_and_extra_submissions"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(keep_downloads, migrations.RunPython.noop)]
