"""Texts that show an entry elsewhere: badge, tables in LaTeX, model card, and lines that read its numbers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from challenge.entries.scores import entry_scores
from challenge.formats.bibtex import escape
from challenge.leaderboard.export import absolute, result_address
from challenge.models import Evaluation, Metric, Submission, benchmark_of
from challenge.results.score import Score
from challenge.scoring.benchmark import Benchmark
from challenge.scoring.metrics.ranked import METRICS

#: Names of the metrics in the metadata of the Hub, which knows AUC and accuracy.
HUB_METRICS = {"auc": "roc_auc"}


@dataclass(frozen=True)
class Snippet:
    """A text to copy."""

    key: str
    title: str
    about: str
    text: str


def badge_address(submission: Submission) -> str:
    """Return the address of the badge of an entry."""
    return absolute(reverse("submission_badge", args=[submission.pk]))


def snippets_of(submission: Submission, evaluation: Evaluation) -> list[Snippet]:
    """Return the texts that show an entry whose scores are public."""
    scores, benchmark = entry_scores(evaluation), benchmark_of(submission.phase.board)
    address = absolute(submission.get_absolute_url())
    return [
        Snippet(
            "markdown",
            "Badge",
            "Markdown for a README. In a release, the badge shows the rank there; otherwise today's.",
            f"[![Rank on the BIG benchmark]({badge_address(submission)})]({address})",
        ),
        Snippet(
            "latex-row",
            "LaTeX row",
            f"Means over the datasets{_with_intervals(scores.mean)}: AUC, balanced accuracy, kappa, accuracy.",
            _row(escape(submission.model_name), scores.mean),
        ),
        Snippet(
            "latex-table",
            "LaTeX table",
            "Scores on each dataset; needs the package booktabs.",
            _table(submission, scores.mean, scores.by_dataset, benchmark),
        ),
        Snippet(
            "model-card",
            "Model card",
            "Metadata of a model on the Hugging Face Hub: the beginning of its README.md.",
            _model_card(submission, scores.mean, benchmark, address),
        ),
        Snippet("pandas", "pandas", "The leaderboard, and this entry on each dataset.", _pandas(submission)),
        Snippet("r", "R", "The same; needs the package jsonlite.", _r(submission)),
    ]


def _with_intervals(scores: Mapping[str, Score]) -> str:
    """Return words about the intervals, which follow the scores after a moment."""
    return " with 95 % intervals" if any(score.low is not None for score in scores.values()) else ""


def _row(name: str, scores: Mapping[str, Score]) -> str:
    return " & ".join([name, *(_latex(scores.get(metric)) for metric in METRICS)]) + r" \\"


def _latex(score: Score | None) -> str:
    if score is None:
        return "--"
    ends = (
        "" if score.low is None or score.high is None else f" [{_number(score.low)}, {_number(score.high)}]"
    )
    return _number(score.value) + ends


def _number(value: float) -> str:
    return f"${value:.4f}$" if value < 0 else f"{value:.4f}"


def _table(
    submission: Submission,
    mean: Mapping[str, Score],
    by_dataset: Mapping[str, Mapping[str, Score]],
    benchmark: Benchmark,
) -> str:
    heads = " & ".join(["Dataset", *(str(Metric(name).label) for name in METRICS)])
    return "\n".join(
        [
            f"% Entry {submission.pk} of the BIG benchmark: {absolute(submission.get_absolute_url())}",
            f"% {submission.resolution} pixels{_with_intervals(mean)}",
            rf"\begin{{tabular}}{{l{'r' * len(METRICS)}}}",
            r"\toprule",
            rf"{heads} \\",
            r"\midrule",
            *(_row(escape(d.title), by_dataset[d.name]) for d in benchmark if d.name in by_dataset),
            r"\midrule",
            _row("Mean", mean),
            r"\bottomrule",
            r"\end{tabular}",
        ]
    )


def _model_card(submission: Submission, mean: Mapping[str, Score], benchmark: Benchmark, address: str) -> str:
    """Return `model-index`. The newer `.eval_results` takes only benchmarks that are data sets of the Hub."""
    datasets = f"MedMNIST+ ({benchmark.n_datasets} datasets, {submission.resolution} pixels)"
    metrics = "\n".join(
        f"      - type: {HUB_METRICS.get(name, name)}\n"
        f"        name: {Metric(name).label}, mean over the datasets\n"
        f"        value: {mean[name].value:.4f}"
        for name in METRICS
    )
    return (
        "---\n"
        "model-index:\n"
        f"- name: {json.dumps(submission.model_name, ensure_ascii=False)}\n"
        "  results:\n"
        "  - task:\n"
        "      type: image-classification\n"
        "    dataset:\n"
        "      type: medmnist-plus\n"
        f"      name: {json.dumps(datasets)}\n"
        "      split: test\n"
        "    metrics:\n"
        f"{metrics}\n"
        "    source:\n"
        "      name: BIG benchmark\n"
        f"      url: {address}\n"
        "---"
    )


def _board_address(submission: Submission) -> str:
    phase = f"&phase={submission.phase.board}" if submission.phase.board else ""
    query = f"resolution={submission.resolution}&entries=all{phase}"
    return f"{absolute(reverse('leaderboard_csv'))}?{query}"


def _pandas(submission: Submission) -> str:
    return (
        "import json\n"
        "from urllib.request import urlopen\n"
        "import pandas as pd\n"
        "\n"
        f'board = pd.read_csv("{_board_address(submission)}")\n'
        f'entry = json.load(urlopen("{result_address(submission)}"))\n'
        'datasets = pd.DataFrame(entry["datasets"]).T'
    )


def _r(submission: Submission) -> str:
    return (
        f'board <- read.csv("{_board_address(submission)}")\n'
        f'entry <- jsonlite::fromJSON("{result_address(submission)}")\n'
        "auc <- sapply(entry$datasets, function(dataset) dataset$auc)"
    )
