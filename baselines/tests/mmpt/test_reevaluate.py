"""Re-evaluation of weights: accepted files, scores, and the command."""

import math
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from django.core.management import CommandError, call_command

from baselines.mmpt.data import preprocess, splits, synthetic
from baselines.mmpt.model.architectures import ArchitectureError
from baselines.mmpt.studies.published_weights import WeightsError
from baselines.mmpt.studies.reevaluate import Method, ReevaluationError, reevaluate
from baselines.mmpt.training import checkpoint as checkpoints
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.evaluate import metrics
from baselines.mmpt.training.frozen import untrained
from baselines.mmpt.training.learner import build_model, preprocess_for
from baselines.tests.mmpt.reevaluated import METHOD, SCORES
from challenge.models import PublishedMethod, PublishedScore
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.evaluator import score_dataset
from challenge.scoring.metrics.ranked import DatasetScores

import timm  # isort: skip
from timm.models.vision_transformer import checkpoint_filter_fn  # isort: skip

NAMES = ("breastmnist", "bloodmnist", "chestmnist")
SMALL = replace(MEDMNIST_PLUS, datasets=tuple(MEDMNIST_PLUS[name] for name in NAMES))


@pytest.fixture(scope="module")
def collection(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("medmnist")
    synthetic.make_collection(folder, scale=0.0001, benchmark=SMALL)
    return folder


def their_model(name: str, architecture: str = "test_resnet", seed: int = 0) -> Any:
    """Make a model as Doerrich et al. do."""
    torch.manual_seed(seed)
    return timm.create_model(architecture, num_classes=MEDMNIST_PLUS[name].n_classes).eval()


def save_theirs(folder: Path, name: str, architecture: str = "test_resnet", seed: int = 0) -> Path:
    path = folder / f"{name}_28_endToEnd_{architecture}_s{seed}_best.pth"
    torch.save(their_model(name, architecture, seed).state_dict(), path)
    return path


def their_scores(folder: Path, name: str, model: Any, split: splits.Split = "test") -> DatasetScores:
    """Evaluate as Doerrich et al. do: image by image, normalised and padded, then the activation."""
    dataset = MEDMNIST_PLUS[name]
    images = splits.load_split(folder, dataset, 28, split)
    config = model.pretrained_cfg
    prepare = preprocess.Preprocess(config["mean"], config["std"], 224)
    with torch.no_grad():
        logits = torch.cat([model(prepare(torch.from_numpy(np.array(one)[None]))) for one in images.images])
    activate = torch.sigmoid if name == "chestmnist" else lambda values: torch.softmax(values, dim=1)
    scored = replace(dataset, n_test=len(images))
    return score_dataset(images.labels.astype(int), activate(logits).double().numpy(), scored)


def quiet(*arguments, **options):
    return reevaluate(*arguments, benchmark=SMALL, device="cpu", write=lambda line: None, **options)


def as_values(scores: DatasetScores) -> list[float]:
    return [scores.auc, scores.balanced_accuracy, scores.cohen_kappa, scores.accuracy]


def test_their_state_dicts_give_the_scores_of_their_models(collection, tmp_path):
    for name in NAMES:
        save_theirs(tmp_path, name)
    (results,) = quiet(tmp_path, collection).values()
    assert set(results) == set(NAMES)
    for name in NAMES:
        expected = their_scores(collection, name, their_model(name))
        assert as_values(results[name][0]) == pytest.approx(as_values(expected), abs=1e-6)


def test_position_embeddings_are_those_of_inputs_of_224_pixels(collection, tmp_path):
    """Test a tiny transformer of 224 pixels whose file has a grid of another size, as SAM's files do."""
    path = save_theirs(tmp_path, "breastmnist", "test_vit")
    (results,) = quiet(tmp_path, collection).items()
    method, scores = results
    assert method == Method("end-to-end", "test_vit", 28)
    model: Any = timm.create_model("test_vit", num_classes=2, img_size=224).eval()
    model.load_state_dict(checkpoint_filter_fn(torch.load(path), model))
    expected = their_scores(collection, "breastmnist", model)
    assert as_values(scores["breastmnist"][0]) == pytest.approx(as_values(expected), abs=1e-6)


def test_another_split_is_evaluated_if_asked(collection, tmp_path):
    save_theirs(tmp_path, "bloodmnist")
    (results,) = quiet(tmp_path, collection, split="val").values()
    expected = their_scores(collection, "bloodmnist", their_model("bloodmnist"), "val")
    assert as_values(results["bloodmnist"][0]) == pytest.approx(as_values(expected), abs=1e-6)


def config_of_ours(**changes) -> TrainingConfig:
    config = TrainingConfig(
        "end-to-end", "test_resnet", 28, dataset="breastmnist", pretrained=False, input_size=32, device="cpu"
    )
    return replace(config, **changes)


def save_ours(folder: Path, **changes) -> Path:
    """Save a checkpoint of this project in the folder of a run."""
    config = config_of_ours(**changes)
    torch.manual_seed(config.seed)
    datasets = config.datasets(MEDMNIST_PLUS)
    run = folder / f"{config.dataset}_28_{config.scheme}_test_resnet_s{config.seed}"
    run.mkdir(parents=True)
    checkpoints.save(run / "best.pt", untrained(config, build_model(config, datasets)))
    return run / "best.pt"


@pytest.mark.parametrize("scheme", ["end-to-end", "linear-probing", "knn"])
def test_checkpoints_of_runs_are_taken_with_their_seeds(collection, tmp_path, scheme):
    for seed in (1, 2):
        save_ours(tmp_path / f"seed {seed}", scheme=scheme, seed=seed)
    (results,) = quiet(tmp_path, collection).items()
    method, scores = results
    assert method == Method(scheme, "test_resnet", 28)
    assert set(scores["breastmnist"]) == {1, 2}
    assert all(0 <= one.auc <= 1 for one in scores["breastmnist"].values())


@pytest.mark.parametrize("split", ["val", "test"])
def test_a_run_of_all_datasets_is_scored_on_each_of_them(collection, tmp_path, split):
    config = config_of_ours(scheme="mm-pt", dataset=None, weighted_loss=True)
    torch.manual_seed(0)
    model = build_model(config, tuple(SMALL)).eval()
    checkpoints.save(tmp_path / "best.pt", untrained(config, model))
    (results,) = quiet(tmp_path, collection, split=split).items()
    method, scores = results
    assert method == Method("mm-pt", "test_resnet", 28, weighted_loss=True)
    assert set(scores) == set(NAMES)
    for name in NAMES:
        dataset = SMALL[name]
        data = splits.load_split(collection, dataset, 28, split)
        with torch.no_grad():
            images = preprocess_for(config, model, torch.device("cpu"))(
                torch.from_numpy(np.array(data.images))
            )
            probabilities = model.probabilities(model(images, name), dataset).numpy()
        expected = metrics(data.labels, probabilities, dataset)
        assert as_values(scores[name][config.seed]) == pytest.approx(as_values(expected), abs=1e-6)


def test_a_checkpoint_may_have_the_name_of_theirs_if_it_is_true(collection, tmp_path):
    ours = save_ours(tmp_path, seed=1)
    ours.rename(tmp_path / "breastmnist_28_endToEnd_test_resnet_s1_best.pth")
    (results,) = quiet(tmp_path, collection).values()
    assert set(results["breastmnist"]) == {1}
    lying = tmp_path / "breastmnist_28_endToEnd_test_resnet_s1_best.pth"
    lying.rename(tmp_path / "bloodmnist_28_endToEnd_test_resnet_s2_best.pth")
    with pytest.raises(WeightsError, match="not trained as its name says: dataset breastmnist, seed 1"):
        quiet(tmp_path, collection)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("resnet_best.pth", "is not named dataset_resolution_scheme_architecture_sSEED_best.pth"),
        ("nomnist_28_endToEnd_test_resnet_s0_best.pth", "there is no dataset 'nomnist'"),
        ("breastmnist_32_endToEnd_test_resnet_s0_best.pth", "resolution is 32"),
        ("breastmnist_28_guessing_test_resnet_s0_best.pth", "scheme is 'guessing'"),
        ("breastmnist_28_kNN_test_resnet_s0_best.pth", "k-NN trains no weights"),
        ("breastmnist_28_mm-pt_test_resnet_s0_best.pth", "mm-pt trains on all datasets"),
    ],
)
def test_other_names_are_refused(collection, tmp_path, name, message):
    save_theirs(tmp_path, "breastmnist").rename(tmp_path / name)
    with pytest.raises(WeightsError, match=re.escape(message)):
        quiet(tmp_path, collection)


def broken(change) -> dict:
    state = their_model("breastmnist").state_dict()
    change(state)
    return state


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (broken(lambda s: s.pop("layer1.0.conv1.weight")), r"missing: layer1\.0\.conv1\.weight"),
        (broken(lambda s: s.update(extra=torch.zeros(1))), "not expected: extra"),
        (broken(lambda s: s.update({"bn1.bias": torch.zeros(3)})), r"of another shape: bn1\.bias"),
        (broken(lambda s: s.pop("fc.weight")), r"has no fc\.weight"),
        (broken(lambda s: s.update({"fc.bias": torch.zeros(7)})), r"fc\.bias has the shape \(7,\)"),
    ],
)
def test_weights_that_do_not_fit_are_refused_by_their_keys(collection, tmp_path, state, message):
    torch.save(state, tmp_path / "breastmnist_28_endToEnd_test_resnet_s0_best.pth")
    with pytest.raises((WeightsError, ArchitectureError), match=message):
        quiet(tmp_path, collection)


def test_damaged_files_and_unknown_architectures_are_named(collection, tmp_path):
    damaged = save_theirs(tmp_path, "breastmnist")
    damaged.write_bytes(damaged.read_bytes()[:1000])
    with pytest.raises(ArchitectureError, match=damaged.name):
        quiet(tmp_path, collection)
    damaged.unlink()
    save_theirs(tmp_path, "breastmnist").rename(tmp_path / "breastmnist_28_endToEnd_resnot18_s0_best.pth")
    with pytest.raises(ArchitectureError, match="resnot18"):
        quiet(tmp_path, collection)


def test_models_of_all_datasets_twins_and_other_trainings_are_refused(collection, tmp_path):
    save_ours(tmp_path / "a", seed=1)
    twin = save_ours(tmp_path / "b", seed=1)
    with pytest.raises(ReevaluationError, match="same dataset, method and seed"):
        quiet(tmp_path, collection)
    twin.unlink()
    save_ours(tmp_path / "c", seed=2, learning_rate=0.5)
    with pytest.raises(ReevaluationError, match="trained differently: learning rate"):
        quiet(tmp_path, collection)


def test_missing_data_and_missing_weights_are_reported_first(collection, tmp_path):
    with pytest.raises(WeightsError, match="holds no weights"):
        quiet(tmp_path, collection)
    save_theirs(tmp_path, "breastmnist")
    with pytest.raises(splits.DataError, match=r"breastmnist\.npz"):
        quiet(tmp_path, tmp_path)


def test_predictions_that_are_not_finite_are_not_scored(collection, tmp_path):
    path = save_theirs(tmp_path, "breastmnist")
    state = torch.load(path)
    state["fc.bias"][0] = math.nan
    torch.save(state, path)
    with pytest.raises(ReevaluationError, match="not finite"):
        quiet(tmp_path, collection)


def command(*arguments, **options) -> str:
    out = StringIO()
    call_command("evaluate_checkpoint", *arguments, **options, stdout=out)
    return out.getvalue()


def test_the_command_prints_and_writes_but_publishes_no_synthetic_results(collection, tmp_path):
    weights = tmp_path / "weights"
    weights.mkdir()
    save_theirs(weights, "breastmnist")
    printed = command(weights, data=collection, output=tmp_path / "out.csv")
    assert "end-to-end, test_resnet, 28, test split" in printed
    assert "There is no average, because weights are missing: pathmnist (seed 0)" in printed
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 1 + 4
    with pytest.raises(CommandError, match="official test splits"):
        command(weights, data=collection, publish=True)
    with pytest.raises(CommandError, match="holds no weights"):
        command(collection, data=collection)


@pytest.mark.django_db
def test_the_command_publishes_complete_methods(tmp_path, monkeypatch, client):
    complete = {d.name: {1: SCORES, 2: replace(SCORES, auc=0.8)} for d in MEDMNIST_PLUS}
    partial = {"breastmnist": {1: SCORES}}
    results = {METHOD: complete, Method("linear-probing", "vgg16", 28): partial}
    monkeypatch.setattr("baselines.mmpt.studies.reevaluate.reevaluate", lambda *_, **__: results)
    printed = command(tmp_path, data=tmp_path, publish=True)
    method = PublishedMethod.objects.get()
    assert (method.scheme, method.architecture, method.resolution) == ("end-to-end", "vgg16", 28)
    assert method.get_absolute_url() in printed
    average = PublishedScore.objects.get(dataset="average", metric="auc")
    assert (average.source, average.mean) == ("reevaluated", pytest.approx(0.85))
    assert average.std == pytest.approx(0.05)
    assert "0.8500" in client.get("/leaderboard/?resolution=28").content.decode()
    assert PublishedScore.objects.count() == 13 * 4


@pytest.mark.django_db
def test_the_command_says_if_nothing_is_complete(tmp_path, monkeypatch):
    results = {METHOD: {"breastmnist": {1: SCORES}}}
    monkeypatch.setattr("baselines.mmpt.studies.reevaluate.reevaluate", lambda *_, **__: results)
    with pytest.raises(CommandError, match="Nothing was published"):
        command(tmp_path, data=tmp_path, publish=True)
    assert not PublishedMethod.objects.exists()
