"""Without the packages of the extra `score`, the package submits and reads; what needs them says so."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[1] / "src"
SCORER = Path(__file__).parents[2] / "challenge" / "scoring"
#: Modules of the extra, and those that are imported only where they are used.
EXTRAS = ("numba", "pandas", "polars", "scipy", "torch", "medmnist", "timm")


@pytest.fixture
def run(tmp_path):
    """Return a function that runs code in a process in which the extras cannot be imported."""
    before = f"""
        import importlib.util, sys
        sys.modules.update(dict.fromkeys({EXTRAS}))
        sys.path.insert(0, {str(SOURCES)!r})
        spec = importlib.util.spec_from_file_location(
            "medbig.scoring", {str(SCORER / "__init__.py")!r}, submodule_search_locations=[{str(SCORER)!r}])
        sys.modules["medbig.scoring"] = importlib.util.module_from_spec(spec)
        """

    def run_code(code: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(before) + code],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run_code


def test_it_is_imported_and_explains_itself(run):
    ran = run("sys.argv = ['medbig', '--help']\nfrom medbig.commands import main\nmain()")
    assert ran.returncode == 0, ran.stderr
    assert "Exit status: 0 good" in ran.stdout


@pytest.mark.parametrize(
    "code",
    [
        "sys.argv = ['medbig', 'check', 'p.csv']\nopen('p.csv', 'w').close()\nfrom medbig.commands import main\nmain()",
        "from medbig import Board\nBoard(224, 'auc', []).to_frame()",
    ],
)
def test_what_needs_an_extra_says_how_to_install_it(code, run):
    ran = run(code)
    assert ran.returncode == 1
    assert 'pip install "medbig[score]"' in ran.stderr


def test_prediction_needs_torch_and_medmnist(run):
    ran = run("from medbig import predict\npredict(lambda name: None)")
    assert "pip install torch medmnist" in ran.stderr
