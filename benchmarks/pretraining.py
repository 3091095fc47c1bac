"""Use of mm-PT on synthetic images: against single-dataset training, and as pre-training for few images.

    python -m benchmarks.pretraining

The study makes a small synthetic collection of all 12 datasets and answers two questions, with several seeds:

1. Is mm-PT as good as training on each dataset alone, if both see each training image equally often?
2. Each dataset is left out of mm-PT in turn. Does fine-tuning on a few of its images from that backbone beat training
   from scratch?

All networks start from random weights. Tables go into `pretraining.md` between its marks, all scores to
`pretraining.csv` and `pretraining-few-shot.csv`, and figures to `img/`. The defaults take hours on a CPU; with
--architecture test_resnet, a tiny network, minutes. Give --work to continue a study that was stopped.
"""

import argparse
import csv
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, pstdev

import torch

from baselines.mmpt.data import synthetic
from baselines.mmpt.studies.experiment_scores import read_scores, score, write_scores
from baselines.mmpt.studies.leave_one_out import LeaveOneOut, carry_out, plan
from baselines.mmpt.studies.leave_one_out_figures import figures
from baselines.mmpt.studies.leave_one_out_tables import as_csv, dataset_title, read_results, tables
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.log import duration
from baselines.mmpt.training.train import train
from challenge.figures.files import render
from challenge.scoring.benchmark import MEDMNIST_PLUS

SEEDS = (9930641, 115149041, 252139603)
DOCS = Path(__file__).resolve().parents[1] / "docs"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: The goal: the mean AUC of mm-PT is at most this far below that of single-dataset training.
GOAL = 0.02
_BEGIN, _END = "<!-- results: written by benchmarks.pretraining -->\n", "<!-- end of results -->\n"
_SCHEMES = ("end-to-end", "mm-pt")


@dataclass(frozen=True, slots=True)
class Row:
    """Test AUC of a dataset, by scheme and seed."""

    scheme: str
    seed: int
    dataset: str
    auc: float


def main() -> None:
    """Run the whole study."""
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        data = work / "data"
        if not data.exists():
            synthetic.make_collection(data, scale=arguments.scale, at_least=arguments.at_least)
        common = TrainingConfig(
            "mm-pt", arguments.architecture, 28, input_size=32, learning_rate=1e-3, pretrained=False,
            epochs=arguments.epochs, patience=arguments.epochs, device=arguments.device,
        )  # fmt: skip
        rows = compare_schemes(common, arguments.seeds, data, work)
        study = LeaveOneOut(
            common, replace(common, epochs=arguments.fine_tuning_epochs), (arguments.architecture,), (28,),
            arguments.shots, arguments.seeds, data, work,
        )  # fmt: skip
        planned = plan(study)
        carry_out(planned, data, write=say)
        scores = read_results(planned)
    text = [describe(arguments), *scheme_tables(rows), *tables(scores)]
    arguments.output.mkdir(parents=True, exist_ok=True)
    write_page(arguments.output / "pretraining.md", "\n\n".join(text))
    write_rows(arguments.output / "pretraining.csv", rows)
    (arguments.output / "pretraining-few-shot.csv").write_text(as_csv(scores))
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium:
        (arguments.output / "img").mkdir(exist_ok=True)
        for name, content in render(figures(scores), chromium, seconds=300):
            if name.endswith(".png"):
                (arguments.output / "img" / f"pretraining-{Path(name).name}").write_bytes(content)
    print("\n\n".join([*text, f"The study took {duration(time.monotonic() - start)}."]))


def parse() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--output", type=Path, default=DOCS, help="output folder (default: %(default)s)")
    add("--work", type=Path, help="folder of the data and trainings, kept (default: a temporary folder)")
    add("--architecture", default="resnet18", help="default: %(default)s")
    add(
        "--scale",
        type=float,
        default=0.02,
        help="share of the official numbers of images (default: %(default)s)",
    )
    add(
        "--at-least", type=int, default=128, help="minimum number of images of a split (default: %(default)s)"
    )
    add("--epochs", type=int, default=4, help="of mm-PT and single-dataset training (default: %(default)s)")
    add("--fine-tuning-epochs", type=int, default=30, help="default: %(default)s")
    add("--shots", type=int, nargs="+", default=(5, 10, 50), help="default: 5 10 50")
    add("--seeds", type=int, nargs="+", default=SEEDS)
    add("--device", default="auto", help="default: a GPU if there is one")
    add(
        "--threads", type=int, default=torch.get_num_threads(), help="threads of torch (default: %(default)s)"
    )
    return parser.parse_args()


def compare_schemes(common: TrainingConfig, seeds: Sequence[int], data: Path, work: Path) -> list[Row]:
    """Train mm-PT, and each dataset alone, for the same number of epochs; score the test splits."""
    rows = []
    for seed in seeds:
        for scheme in _SCHEMES:
            config = replace(common, scheme=scheme, seed=seed)
            folder = work / f"{scheme}-{seed}"
            if not read_scores(folder):
                say(f"{scheme}, seed {seed}")
                train(config, data, folder, resume=True, write=lambda line: None)
                write_scores(folder, score(config, folder, data))
            rows += [Row(scheme, seed, name, found["auc"]) for name, found in read_scores(folder).items()]
    return rows


def say(line: str) -> None:
    """Print a line at once."""
    if not line.startswith("  "):
        print(line, flush=True)


def describe(arguments: argparse.Namespace) -> str:
    """Describe the settings of the study in sentences."""
    n_seeds = len(arguments.seeds)
    return (
        f"Settings: {arguments.architecture} from scratch, images of 28 pixels padded to 32, "
        f"{100 * arguments.scale:g} % of the official numbers of images and at least {arguments.at_least} in each "
        f"split, {arguments.epochs} epochs (fine-tuning: {arguments.fine_tuning_epochs}), learning rate 0.001, "
        f"{n_seeds} seed{'' if n_seeds == 1 else 's'}. Values are from the test splits; ± is the standard deviation "
        "over the seeds (ddof 0)."
    )


def scheme_tables(rows: Sequence[Row]) -> list[str]:
    """Return the comparison of both schemes as a Markdown table, and a sentence about the goal."""
    lines = ["| dataset | on this dataset alone | mm-PT | difference |", "| --- | ---: | ---: | ---: |"]
    names = [dataset.name for dataset in MEDMNIST_PLUS]
    by_scheme = {
        scheme: {
            name: [row.auc for row in rows if (row.scheme, row.dataset) == (scheme, name)] for name in names
        }
        for scheme in _SCHEMES
    }
    for name in names:
        alone, together = (by_scheme[scheme][name] for scheme in _SCHEMES)
        cells = f"{cell(alone)} | {cell(together)} | {fmean(together) - fmean(alone):+.3f}"
        lines.append(f"| {dataset_title(name)} | {cells} |")
    alone, together = (
        [fmean(of_seed) for of_seed in zip(*by_scheme[scheme].values(), strict=True)] for scheme in _SCHEMES
    )
    gain = fmean(together) - fmean(alone)
    lines.append(f"| **mean** | {cell(alone)} | {cell(together)} | {gain:+.3f} |")
    held = "holds" if gain >= -GOAL else "does not hold"
    goal = (
        f"The goal, a mean AUC of mm-PT at most {GOAL} below that of training on each dataset alone, {held}."
    )
    return ["## mm-PT and training on each dataset alone", "\n".join(lines), goal, "## Few images"]


def cell(values: Sequence[float]) -> str:
    """Return a table cell with mean and deviation."""
    return f"{fmean(values):.3f}" + (f" ± {pstdev(values):.3f}" if len(values) > 1 else "")


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Write the scores of both schemes."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("scheme", "seed", "dataset", "auc"))
        writer.writerows((row.scheme, row.seed, row.dataset, f"{row.auc:.4f}") for row in rows)


def write_page(page: Path, text: str) -> None:
    """Write the results between the marks of a page."""
    old = page.read_text() if page.exists() else _BEGIN + _END
    before, _, rest = old.partition(_BEGIN)
    page.write_text(f"{before}{_BEGIN}\n{text}\n\n{_END}{rest.partition(_END)[2]}")


if __name__ == "__main__":
    main()
