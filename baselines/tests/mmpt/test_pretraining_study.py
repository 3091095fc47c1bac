"""The study of mm-PT as pre-training, on tiny cases."""

from argparse import Namespace

from benchmarks.pretraining import Row, describe, scheme_tables, write_page, write_rows
from challenge.scoring.benchmark import MEDMNIST_PLUS


def make_rows(gain: float) -> list[Row]:
    return [
        Row(scheme, seed, dataset.name, 0.8 + seed / 100 + (gain if scheme == "mm-pt" else 0))
        for scheme in ("end-to-end", "mm-pt")
        for seed in (1, 3)
        for dataset in MEDMNIST_PLUS
    ]


def test_the_table_has_means_and_deviations_over_the_seeds_and_the_goal():
    _, table, goal, _ = scheme_tables(make_rows(-0.01))
    assert "| PathMNIST | 0.820 ± 0.010 | 0.810 ± 0.010 | -0.010 |" in table
    assert "| **mean** | 0.820 ± 0.010 | 0.810 ± 0.010 | -0.010 |" in table
    assert goal.endswith("holds.")


def test_a_missed_goal_is_said():
    assert scheme_tables(make_rows(-0.03))[2].endswith("does not hold.")


def test_results_replace_only_those_between_the_marks(tmp_path):
    page = tmp_path / "pretraining.md"
    write_page(page, "first")
    page.write_text(f"Before\n{page.read_text()}After\n")
    write_page(page, "second")
    text = page.read_text()
    assert "second" in text
    assert "first" not in text
    assert text.startswith("Before\n")
    assert text.endswith("After\n")


def test_scores_are_written_for_every_dataset(tmp_path):
    write_rows(tmp_path / "pretraining.csv", make_rows(0))
    assert len((tmp_path / "pretraining.csv").read_text().splitlines()) == 1 + 2 * 2 * 12


def test_the_settings_are_described():
    settings = Namespace(
        architecture="test_resnet", scale=0.005, at_least=96, epochs=6, fine_tuning_epochs=20, seeds=(1,)
    )
    assert "0.5 % of the official numbers" in describe(settings)
    assert "1 seed." in describe(settings)
