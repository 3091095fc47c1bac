"""In deterministic mode the same run gives the same bits, even if it is killed and continued."""

import signal
import subprocess
from pathlib import Path

import pytest
import torch

from baselines.mmpt.training.train import train
from baselines.tests.mmpt.forked import ROOT, run_forked
from baselines.tests.mmpt.small import small_config
from benchmarks.gpu.repeatability import differences

IMPORTS = """
import os, signal
from pathlib import Path
import torch
torch.set_num_threads(1)
from baselines.mmpt.training import epoch, train
from baselines.tests.mmpt.small import FOUR, small_config
"""

#: Program that trains and is killed by the system in the middle of an epoch: none of our code runs after that.
KILLED_ON_THE_WAY = """
folder, output, last_step = argument
n_steps = 0
honest_step = epoch.step

def step(learner, inputs):
    global n_steps
    n_steps += 1
    if n_steps == last_step:
        os.kill(os.getpid(), signal.SIGKILL)
    return honest_step(learner, inputs)

epoch.step = step
train.train(small_config(epochs=3), Path(folder), Path(output), benchmark=FOUR)
"""


def files_of(run: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}


@pytest.fixture(scope="module", autouse=True)
def no_commit():
    """Checkpoints name no commit, so commits and edits during the tests do not matter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CEILING_DIRECTORIES", str(ROOT / "baselines"))
        yield


@pytest.fixture(scope="module")
def uninterrupted(collection, tmp_path_factory) -> Path:
    folder, benchmark = collection
    output = tmp_path_factory.mktemp("runs") / "uninterrupted"
    train(small_config(epochs=3), folder, output, benchmark=benchmark)
    assert torch.load(output / "last.pt", weights_only=True)["git_commit"] is None
    return output


def test_two_runs_give_the_same_files(collection, uninterrupted, tmp_path):
    folder, benchmark = collection
    train(small_config(epochs=3), folder, tmp_path / "again", benchmark=benchmark)
    assert differences(uninterrupted / "last.pt", tmp_path / "again/last.pt") == []
    assert files_of(uninterrupted) == files_of(tmp_path / "again")


def test_another_seed_gives_other_weights(collection, uninterrupted, tmp_path):
    folder, benchmark = collection
    train(small_config(epochs=3, seed=1), folder, tmp_path / "other", benchmark=benchmark)
    assert any(
        "model_state" in name for name in differences(uninterrupted / "last.pt", tmp_path / "other/last.pt")
    )


#: Steps of the runs that are killed. An epoch has 14 steps: nothing is saved in the first; in the second there is a
#: checkpoint to continue from.
LAST_STEPS = (5, 20)


@pytest.fixture(scope="module")
def killed_runs(collection, tmp_path_factory) -> dict[int, tuple[Path, subprocess.CompletedProcess]]:
    """Return the output folders of killed runs and their processes, by the number of steps."""
    outputs = {n_steps: tmp_path_factory.mktemp("killed") / "run" for n_steps in LAST_STEPS}
    arguments = [[str(collection[0]), str(output), n_steps] for n_steps, output in outputs.items()]
    processes = run_forked(IMPORTS, KILLED_ON_THE_WAY, *arguments)
    return dict(zip(outputs, zip(outputs.values(), processes, strict=True), strict=True))


@pytest.mark.parametrize("n_steps", LAST_STEPS)
def test_a_killed_run_continues_to_the_same_files(collection, uninterrupted, killed_runs, n_steps):
    folder, benchmark = collection
    output, killed = killed_runs[n_steps]
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (output / "last.pt").exists() == (n_steps > 14)
    if n_steps == 20:  # as if it had been killed between writing the metrics and the checkpoint
        with (output / "metrics.csv").open("a") as file:
            file.write("2,chestmnist,train,10,9.9,0.1,0.2,0.3,0.4\n")
    train(small_config(epochs=3), folder, output, benchmark=benchmark, resume=True)
    assert differences(uninterrupted / "last.pt", output / "last.pt") == []
    expected, found = files_of(uninterrupted), files_of(output)
    assert found.keys() == expected.keys()
    # loaded values are pickled with other references between equal strings, so the files differ
    assert [name for name in expected if found[name] != expected[name]] in ([], ["last.pt"])


def test_a_run_killed_before_writing_its_best_checkpoint_writes_it_later(collection, tmp_path):
    folder, benchmark = collection
    output = tmp_path / "run"
    train(small_config(epochs=1), folder, output, benchmark=benchmark)
    (output / "best.pt").rename(tmp_path / "best.pt")
    train(small_config(epochs=1), folder, output, benchmark=benchmark, resume=True)
    assert differences(tmp_path / "best.pt", output / "best.pt") == []
