"""torchvision is imported even if its build does not match torch; if the import works, nothing is changed."""

import subprocess
import sys

import pytest

from baselines.tests.mmpt.forked import run_forked

IMPORT = """
sys.path.insert(0, argument)
import baselines.mmpt.model.torchvision_shim as shim
print("imported", shim.torchvision.version, hasattr(torch.ops.torchvision, "nms"))
"""


#: Builds of torchvision.
PACKAGES = {
    "works": "version = 'works'",
    "lacks operators": (
        "import torch\n"
        "if not hasattr(torch.ops.torchvision, 'nms') or not hasattr(torch.ops.torchvision, 'qnms'):\n"
        "    raise RuntimeError('operator torchvision::nms does not exist')\n"
        "version = 'repaired'"
    ),
    "breaks": "raise RuntimeError('compiled for another CUDA')",
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory) -> dict[str, subprocess.CompletedProcess[str]]:
    """Processes that imported the module with each build of torchvision."""
    folders = []
    for package in PACKAGES.values():
        folders.append(tmp_path_factory.mktemp("build"))
        (folders[-1] / "torchvision").mkdir()
        (folders[-1] / "torchvision" / "__init__.py").write_text(package, encoding="utf-8")
    processes = run_forked("import sys, torch", IMPORT, *map(str, folders))
    return dict(zip(PACKAGES, processes, strict=True))


def test_torchvision_is_imported_before_timm():
    import baselines.mmpt.model.torchvision_shim

    import timm.data  # isort: skip

    assert baselines.mmpt.model.torchvision_shim.torchvision is sys.modules["torchvision"]
    assert timm.data.create_transform(32)


@pytest.mark.parametrize(
    ("build", "expected"),
    [("works", "imported works False"), ("lacks operators", "imported repaired True")],
)
def test_the_operators_are_declared_only_if_they_are_missing(build, expected, imported):
    assert imported[build].stdout.strip() == expected, imported[build].stderr


def test_other_errors_are_not_hidden(imported):
    assert imported["breaks"].returncode != 0
    assert "compiled for another CUDA" in imported["breaks"].stderr
