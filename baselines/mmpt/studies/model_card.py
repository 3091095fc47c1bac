"""Model card of an exported backbone: a README with the front matter of the Hugging Face Hub."""

from collections.abc import Iterator, Sequence

from baselines.mmpt.model.backbone import Backbone
from baselines.mmpt.training import protocols
from baselines.mmpt.training.history import HistoryError, read_history, title
from baselines.mmpt.training.starting import TrainedBackbone
from challenge.content.datasets import ABOUT_DATASETS
from challenge.scoring.benchmark import Dataset

_HEAD = """\
---
library_name: timm
tags: [image-feature-extraction, medical, {scheme}]
license: other
---

# {title}: backbone

A backbone trained by {scheme_title} on {n_datasets}. The license depends on that of the datasets and of the initial
weights, below.
"""

_USE = """\
## Use

```python
import timm
import torch

backbone = timm.create_model("local-dir:FOLDER", pretrained=True).eval()
images = torch.zeros(8, 3, {resolution}, {resolution})  # RGB in [0, 1]; repeat a grey channel three times
mean, std = (torch.tensor(v).view(3, 1, 1) for v in ({mean}, {std}))
margin = ({size} - {resolution}) // 2
rest = {size} - {resolution} - margin
features = backbone(torch.nn.functional.pad((images - mean) / std, (margin, rest, margin, rest)))  # (8, {n_features})
```

Images were normalised, then zero-padded to {size} × {size}. `heads.safetensors` has NAME.weight and NAME.bias of a
linear layer for each dataset; `heads.json` has the classes, and the function that makes probabilities of the outputs.
"""

_STATISTICS = """\
## BatchNorm

`model.safetensors` has these statistics: {statistics}. In training, BatchNorm normalised each batch with the
statistics of one dataset. `statistics.safetensors` has the statistics of each dataset, as NAME/BUFFER; a head needs
those of its dataset:

```python
from safetensors.torch import load_file

mine = "{example}/"
found = load_file("FOLDER/statistics.safetensors")
backbone.load_state_dict({{k.removeprefix(mine): v for k, v in found.items() if k.startswith(mine)}}, strict=False)
```

For images of another origin, estimate the statistics from some hundred of them, or fine-tune.
"""


def model_card(found: TrainedBackbone, datasets: Sequence[Dataset], backbone: Backbone) -> str:
    """Write the model card of a run's backbone."""
    checkpoint = found.checkpoint
    config = checkpoint.config
    noun = "1 dataset" if len(datasets) == 1 else f"{len(datasets)} datasets"
    parts = [
        _HEAD.format(
            title=title(config), scheme=config.scheme, scheme_title=config.scheme_title, n_datasets=noun
        ),
        _USE.format(
            resolution=config.resolution,
            size=config.input_size,
            mean=list(backbone.mean),
            std=list(backbone.std),
            n_features=backbone.num_features,
        ),
    ]
    if checkpoint.statistics:
        parts.append(_STATISTICS.format(statistics=found.statistics, example=datasets[0].name))
    parts += ["\n".join(_training(found)) + "\n", "\n".join(_datasets(found, datasets)) + "\n"]
    return "\n".join(parts)


def _training(found: TrainedBackbone) -> Iterator[str]:
    checkpoint = found.checkpoint
    config = checkpoint.config
    yield "## Training\n"
    yield f"- {protocols.title(config)}"
    yield f"- Initial weights: {_start(found)}."
    epoch = f"epoch {checkpoint.epoch} of at most {config.epochs}"
    yield f"- Images of {config.resolution} pixels; seed {config.seed}; {epoch}."
    if not config.uses_all_images:
        part = (
            f"{config.shots} of each class"
            if config.shots
            else f"{100 * config.training_share:g} % of each class"
        )
        yield f"- Training images: {part}."
    yield f"- Versions: {', '.join(f'{name} {version}' for name, version in checkpoint.versions.items())}."
    if checkpoint.git_commit:
        yield f"- Commit: {checkpoint.git_commit}."


def _start(found: TrainedBackbone) -> str:
    config = found.checkpoint.config
    if config.from_run is not None:
        return f"the run {config.from_run.name}"
    if config.weights is not None:
        return f"the file {config.weights.name}"
    return "timm's pretrained weights" if config.pretrained else "random"


def _datasets(found: TrainedBackbone, datasets: Sequence[Dataset]) -> Iterator[str]:
    """Yield a table of the datasets with their licences, and the validation scores if the run has its history."""
    try:
        history = read_history(found.path.parent)
        auc, accuracy = history.at_best("auc"), history.at_best("balanced_accuracy")
    except HistoryError:
        auc, accuracy = {}, {}
    yield "## Datasets\n"
    yield "Scores are those of the validation splits at the best epoch; a dash means that there is none.\n"
    yield "| dataset | task | classes | licence | AUC | balanced accuracy |"
    yield "| --- | --- | ---: | --- | ---: | ---: |"
    for dataset in datasets:
        about = ABOUT_DATASETS.get(dataset.name)
        scores = (_score(values.get(dataset.name)) for values in (auc, accuracy))
        yield (
            f"| {dataset.title} | {dataset.task} | {dataset.n_classes} | {about.licence if about else 'not known'} | "
            f"{' | '.join(scores)} |"
        )


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
