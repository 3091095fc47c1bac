"""torchvision is imported even if its build does not match torch; if the import works, nothing is changed."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys
import torch
sys.path[:0] = sys.argv[1:]
import baselines.mmpt.model.torchvision_shim as shim
print("imported", shim.torchvision.version, hasattr(torch.ops.torchvision, "nms"))
"""


def import_with(package: str, tmp_path) -> subprocess.CompletedProcess[str]:
    """Import the module in a new process where torchvision is `package`."""
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text(package, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=False
    )


def test_torchvision_is_imported_before_timm():
    import baselines.mmpt.model.torchvision_shim

    import timm.data  # isort: skip

    assert baselines.mmpt.model.torchvision_shim.torchvision is sys.modules["torchvision"]
    assert timm.data.create_transform(32)


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("version = 'works'", "imported works False"),
        (
            "import torch\n"
            "if not hasattr(torch.ops.torchvision, 'nms') or not hasattr(torch.ops.torchvision, 'qnms'):\n"
            "    raise RuntimeError('operator torchvision::nms does not exist')\n"
            "version = 'repaired'",
            "imported repaired True",
        ),
    ],
)
def test_the_operators_are_declared_only_if_they_are_missing(package, expected, tmp_path):
    done = import_with(package, tmp_path)
    assert done.stdout.strip() == expected, done.stderr


def test_other_errors_are_not_hidden(tmp_path):
    done = import_with("raise RuntimeError('compiled for another CUDA')", tmp_path)
    assert done.returncode != 0
    assert "compiled for another CUDA" in done.stderr
