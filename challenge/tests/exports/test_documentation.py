"""Code and commands of the README that read exports."""

import json
import re
import subprocess

import pandas as pd
import pytest
from django.conf import settings

from challenge.models import Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests import needs


def blocks(language: str) -> str:
    section = re.search(
        r"^## Get the numbers$(.*?)^## ", (settings.BASE_DIR / "README.md").read_text("utf-8"), re.M | re.S
    )
    assert section
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", section[1], re.S))


@pytest.fixture
def documented_site(live_server, board, settings) -> str:
    settings.SITE_URL = live_server.url
    return live_server.url


def test_the_documented_pandas_code_runs(documented_site):
    code = blocks("python").replace("https://big.example.org", documented_site)
    assert documented_site in code
    names: dict = {}
    exec(code, names)  # noqa: S102
    assert list(names["board"]["name"])[:2] == ["Model 3", "ResNet-18, end-to-end"]
    assert list(names["auc"].index) == [dataset.name for dataset in MEDMNIST_PLUS]
    assert names["auc"]["Three seeds"]["pathmnist"] == pytest.approx(0.81)


@needs.curl
def test_the_documented_curl_commands_work(documented_site, tmp_path):
    number = Submission.objects.filter(group=None).first().pk  # type: ignore[union-attr]
    commands = blocks("sh").replace("https://big.example.org", documented_site).replace("/12/", f"/{number}/")
    subprocess.run(["sh", "-e", "-c", commands], cwd=tmp_path, check=True, timeout=60)
    (table,) = tmp_path.glob("big-leaderboard-224-auc-*.csv")
    assert len(pd.read_csv(table)) == 5
    (result,) = tmp_path.glob(f"big-entry-{number}-*.json")
    assert json.loads(result.read_text("utf-8"))["kind"] == "entry"
