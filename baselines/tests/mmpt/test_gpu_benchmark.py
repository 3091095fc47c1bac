"""The benchmark of training on a GPU, tried on a CPU."""

import json
import sys

from benchmarks.gpu import __main__ as command


def test_environment_and_results_are_reported(tmp_path, monkeypatch, capsys):
    options = ["--device", "cpu", "--tiny", "--only", "environment,results", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["benchmarks.gpu", *options])
    command.main()
    report = json.loads((tmp_path / "gpu.json").read_text())
    assert report["errors"] == {}
    assert {"torch", "Python"} <= {row["what"] for row in report["results"]["environment"]}
    for row in report["results"]["results"]:
        assert row["finite"]
        assert row["statistics_per_dataset"]
        assert row["max_difference_from_cpu"] == 0  # both predictions are from the CPU
    assert len(report["results"]["results"]) == 3
    assert "| mm-PT test_resnet, bf16 |" in (tmp_path / "gpu.md").read_text()
    assert (tmp_path / "gpu.md").read_text() in capsys.readouterr().out


def test_a_section_that_fails_leaves_its_traceback_and_the_next_follows(tmp_path, monkeypatch):
    def fail(setting, report):
        raise RuntimeError("no such kernel")

    monkeypatch.setitem(command.SECTIONS, "speed", (fail, 200))
    options = ["--device", "cpu", "--tiny", "--only", "speed,environment", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["benchmarks.gpu", *options])
    command.main()
    report = json.loads((tmp_path / "gpu.json").read_text())
    assert "no such kernel" in report["errors"]["speed"]
    assert report["results"]["environment"]
