"""The commands of docs/api.md do what the page says, one after the other."""

import json
import os
import re
import shutil
import subprocess

import pytest
from django.conf import settings

from accounts import tokens
from challenge.models import Submission
from challenge.tests.api.operations import OPERATIONS, ROOT
from challenge.tests.releases.conftest import folder  # noqa: F401  # archives in a folder of the test
from challenge.tests.releases.frozen import freeze

PAGE = (settings.BASE_DIR / "docs" / "api.md").read_text("utf-8")
COMMANDS = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed (Debian: apt install curl)")
@pytest.mark.django_db(transaction=True)
def test_the_commands_work(live_server, entry, team, other_team, folder, tmp_path):  # noqa: F811
    entry(other_team, 0.8)
    _, text = tokens.create(team, name="test", scope="submit", expires_at=None)
    (tmp_path / "predictions.csv").write_bytes(b"the predictions")
    environment = {"BIG": live_server.url, "BIG_TOKEN": text, "RELEASE": freeze().name}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", COMMANDS],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    own = Submission.objects.get(team=team)
    assert (own.model_name, own.visibility, own.is_withdrawn) == ("ResNet-18, seed 1", "public", True)
    assert own.file_deleted_at
    assert (tmp_path / "copy.csv").read_bytes() == b"the predictions"
    assert json.loads((tmp_path / "board.json").read_text())["n_rows"] == 1
    assert (tmp_path / "big.curl").stat().st_mode & 0o077 == 0


def test_the_page_has_an_example_of_each_operation_for_teams():
    commands = COMMANDS.replace("$ADDRESS", f"$BIG{ROOT}/submissions/{{number}}")
    for one in OPERATIONS:
        if one.scope != "none":
            assert f'"$BIG{ROOT}{one.path}"' in commands, str(one)
