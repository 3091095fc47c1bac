"""`submit_baseline`: a file sent as an entry, with its training configuration."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.models import Team
from challenge.models import Phase, Submission
from challenge.services import evaluations
from challenge.tests.withheld import add_phase

CONFIG = {"scheme": "mm-pt", "architecture": "resnet18", "resolution": 28, "seed": 9930641}


@pytest.fixture
def config_file(tmp_path) -> Path:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(CONFIG))
    return path


@pytest.fixture
def send(config_file, prediction_files):
    """Run the command with valid arguments, except for the given options; return its output."""

    def run(file: Path | None = None, **options) -> str:
        out = StringIO()
        if "checkpoint" not in options:
            options.setdefault("config", config_file)
        defaults = {"team": "Chair", "resolution": 28, "model_name": "mm-PT", "description": "A baseline."}
        call_command("submit_baseline", file or prediction_files(1.0), **defaults | options, stdout=out)
        return out.getvalue()

    return run


@pytest.fixture
def worker(monkeypatch):
    """Score the submission while the command waits."""

    def score(seconds: float) -> None:
        evaluations.evaluate(Submission.objects.get().evaluations.get().pk)

    monkeypatch.setattr("time.sleep", score)


def test_the_file_becomes_an_entry_with_its_training(send, ground_truth, organizer):
    printed = send(study_url="10.1038/s41598-025-92156-9", code_url="https://example.org/code")
    submission = Submission.objects.get()
    assert submission.team == organizer
    assert submission.training == CONFIG
    assert submission.study_url == "https://doi.org/10.1038/s41598-025-92156-9"
    assert submission.special_methods == ""
    assert submission.is_standard
    assert (submission.family, submission.n_networks, submission.sharing) == ("cnn", 1, "one")
    assert (submission.pretraining, submission.parameters_millions) == ("", None), "not in this configuration"
    assert submission.file_name == "skill-1.0.csv"
    assert f"#{submission.pk}: {settings.SITE_URL}/submissions/{submission.pk}/" in printed


def test_a_checkpoint_states_the_parameters_and_the_pre_training(send, ground_truth, organizer, monkeypatch):
    description = pytest.importorskip("baselines.mmpt.studies.description")
    training = CONFIG | {"pretrained": True, "weights": None, "input_size": 224}
    monkeypatch.setattr(description, "describe", lambda path: training)
    send(checkpoint=Path("runs/resnet18"))
    submission = Submission.objects.get()
    assert submission.training == training
    assert submission.parameters_millions == 11.1765
    assert (submission.pretraining, submission.pretraining_name) == ("natural", "ImageNet-1k")


def test_the_command_waits_for_the_scores_and_prints_them(send, ground_truth, organizer, worker, client):
    printed = send(wait=True)
    evaluation = Submission.objects.get().evaluations.get()
    assert f"AUC                {evaluation.auc:.4f}" in printed
    assert f"Cohen's kappa      {evaluation.cohen_kappa:.4f}" in printed
    board = client.get("/leaderboard/?resolution=28").content.decode()
    assert ">mm-PT</a>" in board
    assert ">baseline</span>" in board


def test_an_invalid_file_gives_status_2_and_the_problems(
    send, ground_truth, organizer, worker, tmp_path, capsys
):
    bad = tmp_path / "bad.csv"
    bad.write_text("dataset,index,p0\npathmnist,0,half\n")
    with pytest.raises(SystemExit) as ended:
        send(bad, wait=True)
    assert ended.value.code == 2
    problems = Submission.objects.get().evaluations.get().problems
    printed = capsys.readouterr().err
    assert problems
    assert all(problem in printed for problem in problems)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"team": "Nobody"},
            "There is no team 'Nobody'. The accounts of organizers are 'Chair'. Register a team",
        ),
        ({"model_name": "x" * 101}, "model_name: Ensure this value has at most 100 characters"),
        ({"study_url": "a paper"}, "study_url: This is neither a web address nor a DOI"),
        ({"file": Path("nowhere.csv")}, "No such file"),
        ({"file": Path("pyproject.toml")}, "upload: The file must be a .csv"),
        ({"config": Path("nowhere.json")}, "nowhere.json cannot be read"),
        ({"config": Path("pyproject.toml")}, "cannot be read as JSON"),
    ],
)
def test_problems_are_reported_and_nothing_is_submitted(send, ground_truth, organizer, options, message):
    with pytest.raises(CommandError) as refused:
        send(**options)
    assert message in str(refused.value)
    assert not Submission.objects.exists()


@pytest.mark.parametrize("content", ["[]", "{}", '"mm-pt"', '{"learning_rate": NaN}'])
def test_a_configuration_is_an_object_of_json_values(send, ground_truth, organizer, tmp_path, content):
    path = tmp_path / "odd.json"
    path.write_text(content)
    with pytest.raises(CommandError, match=r"odd\.json"):
        send(config=path)


def test_without_labels_the_error_says_how_to_load_them(send, organizer):
    with pytest.raises(CommandError, match="load_ground_truth"):
        send()


def test_limits_and_duplicates_are_those_of_every_team(send, ground_truth, organizer):
    send()
    original = Submission.objects.get()
    with pytest.raises(CommandError, match=rf"already submitted.*/submissions/{original.pk}/"):
        send()
    Phase.objects.update(daily_limit=1)
    with pytest.raises(CommandError, match=r"daily limit of submissions \(1\)"):
        send(model_name="Another")


def test_a_phase_is_chosen_if_several_are_open(send, ground_truth, organizer):
    second = add_phase()
    with pytest.raises(CommandError, match="phase: This field is required"):
        send()
    send(phase=second.pk)
    assert Submission.objects.get().phase == second


def test_a_site_without_a_database_is_named_with_what_to_do(send, prediction_files, monkeypatch):
    def missing(*_, **__):
        raise OperationalError("no such table: accounts_team")

    monkeypatch.setattr(Team.objects, "filter", missing)
    with pytest.raises(
        CommandError, match=r"cannot be used \(no such table: accounts_team\)\. Prepare the site"
    ) as e:
        send()
    assert "make demo" in str(e.value)


def test_a_closed_team_cannot_submit(send, ground_truth, organizer):
    organizer.closed_at = organizer.created_at
    organizer.save()
    with pytest.raises(CommandError, match="There is no team"):
        send()


def test_help_needs_no_torch(tmp_path):
    """Organizers without the requirements of training can submit with --config."""
    for name in ("torch", "timm"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed')")
    result = subprocess.run(
        [sys.executable, "manage.py", "submit_baseline", "--help"],
        cwd=settings.BASE_DIR,
        env={"PYTHONPATH": str(tmp_path), "SECRET_KEY": "x", "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Examples:" in result.stdout
