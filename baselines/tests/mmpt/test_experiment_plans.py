"""Plans of the experiments: their trainings, and reports of impossible ones before anything starts."""

from dataclasses import replace
from pathlib import Path

import pytest

from baselines.mmpt.data.splits import DataError
from baselines.mmpt.model.architectures import ArchitectureError
from baselines.mmpt.studies.experiment_scores import SCORES_FILE
from baselines.mmpt.studies.experiments import (
    Study,
    Training,
    carry_out,
    check,
    comparisons,
    plan,
)
from baselines.mmpt.training.config import ConfigError
from baselines.tests.mmpt.histories import ROWS, make_run
from baselines.tests.mmpt.small import small_config
from baselines.tests.mmpt.study import RESNET, VIT, finish, make_study

# --- Plans ------------------------------------------------------------------------------------------


def ways(tmp_path: Path, *numbers: int) -> set[tuple[str, bool]]:
    planned = plan(make_study(tmp_path, *numbers))
    assert {(run.training.architecture, run.training.resolution) for run in planned} == {
        (name, resolution) for name in (RESNET, VIT) for resolution in (28, 64)
    }
    return {(run.training.scheme, run.training.weighted_loss) for run in planned}


def test_trainings_of_each_experiment(tmp_path):
    plain, weighted, single = ("mm-pt", False), ("mm-pt", True), ("end-to-end", False)
    assert ways(tmp_path, 1) == {plain}
    assert ways(tmp_path, 2) == {plain, weighted}
    assert ways(tmp_path, 3) == {plain, weighted}
    assert ways(tmp_path, 4) == {plain, single}


def test_a_training_that_several_experiments_need_is_planned_once(tmp_path):
    planned = plan(make_study(tmp_path, 1, 2, 3, 4))
    assert len(planned) == 3 * 2 * 2  # ways, architectures, resolutions
    assert len({run.folder for run in planned}) == len(planned)
    needed = {run.training: run.experiments for run in planned}
    assert needed[Training("mm-pt", RESNET, False, 28)] == (1, 2, 3, 4)
    assert needed[Training("mm-pt", VIT, True, 64)] == (2, 3)
    assert needed[Training("end-to-end", VIT, False, 28)] == (4,)
    assert {run.folder for run in plan(make_study(tmp_path, 3))} < {run.folder for run in planned}


def test_the_configuration_of_a_training_combines_common_and_own_settings(tmp_path):
    common = small_config(epochs=7, training_share=0.5)
    for run in plan(make_study(tmp_path, 3, 4, common=common)):
        asked = run.training
        assert run.config == replace(
            common,
            scheme=asked.scheme,
            architecture=asked.architecture,
            weighted_loss=asked.weighted_loss,
            resolution=asked.resolution,
        )


def test_the_folder_depends_on_configuration_and_collection_but_not_on_the_device(tmp_path, collection):
    folder, _ = collection
    asked = make_study(tmp_path, 1)

    def name(study: Study) -> str:
        return plan(study)[0].folder.name

    assert name(asked).startswith("mm-pt_resnet18_28_")
    others = [
        replace(asked, common=small_config(epochs=3)),
        replace(asked, common=small_config(training_share=0.5)),
        replace(asked, common=small_config(batch_norm="shared")),
        replace(asked, data=folder),
    ]
    assert len({name(asked), *map(name, others)}) == 5
    assert "synthetic" in name(others[-1])
    assert name(replace(asked, common=small_config(device="cuda", images_on="host"))) == name(asked)


def test_comparisons_of_each_experiment():
    asked = ([RESNET, VIT], [28, 64, 128])
    plain = {
        (name, resolution): Training("mm-pt", name, False, resolution)
        for name in asked[0]
        for resolution in asked[1]
    }
    assert list(comparisons(1, *asked)) == [(plain[RESNET, r], plain[VIT, r]) for r in asked[1]]
    steps = list(comparisons(2, *asked))
    assert len(steps) == 2 * 2 * 2
    assert (plain[VIT, 64], plain[VIT, 128]) in steps
    assert all(replace(low, resolution=high.resolution) == high for low, high in steps)
    assert list(comparisons(3, *asked)) == [(one, replace(one, weighted_loss=True)) for one in plain.values()]
    assert list(comparisons(4, *asked)) == [
        (replace(one, scheme="end-to-end"), one) for one in plain.values()
    ]


def test_progress_of_trainings_that_are_not_begun_begun_and_done(tmp_path):
    planned = {run.training.scheme: run for run in plan(make_study(tmp_path, 4))}
    joint, single = planned["mm-pt"], planned["end-to-end"]
    assert joint.progress() == single.progress() == "to do"
    make_run(joint.folder, ROWS)
    make_run(single.folder / "breast", ROWS[:2], scheme="end-to-end", dataset="breastmnist")
    make_run(single.folder / "next", scheme="end-to-end", dataset="pathmnist")
    assert joint.progress() == "begun, epoch 2 is done"
    assert single.progress() == "begun, 1 of 12 datasets"
    (joint.folder / SCORES_FILE).touch()
    assert joint.progress() == "done"


# --- Before anything starts -------------------------------------------------------------------------


def test_impossible_trainings_are_reported_before_anything_starts(tmp_path, collection):
    folder, benchmark = collection
    study = make_study(tmp_path, 1, data=folder, architectures=("test_resnet",), resolutions=(28,))
    check(plan(study), folder, benchmark)
    with pytest.raises(DataError, match=r"bloodmnist_64\.npz"):
        check(
            plan(replace(study, resolutions=(28, 64), common=small_config(input_size=64))), folder, benchmark
        )
    with pytest.raises(ArchitectureError, match="no architecture 'test_rasnet'"):
        check(plan(replace(study, architectures=("test_rasnet",))), folder, benchmark)
    with pytest.raises(ConfigError, match="training_share"):
        check(plan(replace(study, common=small_config(training_share=0))), folder, benchmark)


def test_finished_trainings_need_no_data(tmp_path):
    planned = plan(make_study(tmp_path, 1))
    for run in planned:
        finish(run)
    check(planned, tmp_path / "nowhere")
    told: list[str] = []
    carry_out(planned, tmp_path / "nowhere", write=told.append)
    assert told == []
