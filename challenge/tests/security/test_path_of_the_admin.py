"""Path of the admin, which can be set."""

import json
import os
import subprocess
import sys

from django.conf import settings as django_settings

ASK = """
import json, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from django.urls import reverse
get = lambda path: [(r := Client().get(path)).status_code, r.headers.get("Location")]
paths = ["/admin/", "/behind/the-scenes/", "/behind/the-scenes/exports/", "/admin/exports/"]
print(json.dumps({path: get(path) for path in paths} | {"index": reverse("admin:index")}))
"""


def test_the_admin_moves_with_all_its_pages(tmp_path):
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "CELERY_BROKER_URL")}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "bigsite.settings",
        "DATA_DIR": str(tmp_path),
        "DEBUG": "on",
        "ALLOWED_HOSTS": "*",
        "ADMIN_PATH": "/behind/the-scenes",
    }
    answer = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment,
        cwd=django_settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(answer.stdout.splitlines()[-1])
    assert found["index"] == "/behind/the-scenes/"
    assert found["/behind/the-scenes/"] == [302, "/behind/the-scenes/login/?next=/behind/the-scenes/"]
    assert found["/behind/the-scenes/exports/"][0] == 302
    assert [found["/admin/"][0], found["/admin/exports/"][0]] == [404, 404]
