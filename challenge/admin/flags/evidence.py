"""Evidence of a flag in words, and the other entries that it names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from challenge.models import IntegrityFlag, Submission
from challenge.scoring.benchmark import MEDMNIST_PLUS

Kind = IntegrityFlag.Kind


@dataclass(frozen=True)
class Named:
    """Another entry that the evidence names, with its similarity or weight in words."""

    submission: Submission
    value: str


def sentences_of(flag: IntegrityFlag) -> list[str]:
    """Return the evidence as sentences."""
    return _SENTENCES[Kind(flag.kind)](flag.evidence)


def headline_of(flag: IntegrityFlag) -> str:
    """Return the evidence in a few words."""
    evidence = flag.evidence
    if flag.kind == Kind.COPY:
        return f"similarity {_highest(evidence):.3f}"
    if flag.kind == Kind.MIXTURE:
        return f"{evidence['explained'] * 100:.1f} % explained"
    if flag.kind == Kind.ACCOUNT:
        return ", ".join(dict.fromkeys(_short(one["signs"]) for one in evidence["accounts"]))
    parts = {
        "without_error": "datasets without error: {}",
        "far_above_published": "datasets far above published: {}",
    }
    found = [words.format(len(evidence[name])) for name, words in parts.items() if name in evidence]
    return "; ".join([*found, *(["errors depend on nothing"] if "errors" in evidence else [])])


def named_in(flag: IntegrityFlag) -> list[Named]:
    """Return the other entries, the most similar or heaviest first; entries that were deleted are left out."""
    if flag.kind == Kind.ACCOUNT:
        found = {one["entry"]: _short(one["signs"]) for one in flag.evidence["accounts"]}
        others = sorted(flag.others.all(), key=lambda other: other.pk)
        return [Named(one, found.get(one.pk, "")) for one in others]
    values = flag.evidence.get("similarities") or flag.evidence.get("weights", {})
    label = "weight" if flag.kind == Kind.MIXTURE else "similarity"
    rows = ((one, values.get(str(one.pk), 0.0)) for one in flag.others.all())
    in_order = sorted(rows, key=lambda row: (-row[1], row[0].pk))
    return [Named(one, f"{label} {value:.3f}") for one, value in in_order]


def _of_copy(evidence: dict[str, Any]) -> list[str]:
    highest = _highest(evidence)
    first = (
        "The probabilities are the same."
        if highest == 1
        else f"The deviations of the probabilities from the means of their classes agree: similarity {highest:.3f}."
    )
    return [
        first,
        "Generated copies have 1, also after calibration, and 0.99 with 5 % noise. "
        "An ensemble and its member have 0.94, seeds of one method 0.86, other entries 0.8 at most.",
    ]


def _highest(evidence: dict[str, Any]) -> float:
    return max(evidence.get("similarities", {}).values(), default=0.0)


def _of_mixture(evidence: dict[str, Any]) -> list[str]:
    return [
        f"A weighted mean of earlier entries explains {evidence['explained'] * 100:.1f} % of the deviations of the "
        "probabilities from the means of their classes.",
        "For generated entries that are not mixed from others it is about 80 % at most.",
    ]


def _of_labels(evidence: dict[str, Any]) -> list[str]:
    found = []
    if names := evidence.get("without_error"):
        found.append(f"No image is wrong in {_titles(names)}.")
    if names := evidence.get("far_above_published"):
        found.append(
            f"There are significantly fewer errors than half of the best published error rate in {_titles(names)}."
        )
    if errors := evidence.get("errors"):
        found.append(
            "Errors depend on nothing, although the entry is good "
            f"({errors['skill'] * 100:.0f} % of the way from the best constant answers to no error)."
        )
        found.append(
            "The area under the curve of the confidence for right against wrong images is "
            f"{errors['confidence']:.2f}; chance is 0.5, and good entries of models have 0.7 and more."
        )
        found.append(_of_difficulty(errors.get("difficulty")))
    return found


def _of_difficulty(area: float | None) -> str:
    if area is None:
        return "There were too few other entries to compare the errors with theirs."
    return f"The area of the share of other entries that are right on an image is {area:.2f}; chance is 0.5."


#: Signs of a second account in a few words, and as the subject of a sentence.
_SIGNS = {
    "mailbox": ("one mailbox", "The e-mail addresses of both accounts lead to one mailbox."),
    "name": ("names look alike", "The team names look the same, but have letters of different scripts."),
    "file": ("same upload", "Both accounts uploaded the same file, byte for byte; it is not published."),
    "wording": ("same words", "The description has {:.0f} % of the rows of five words of the other one."),
    "person": ("one person", "The e-mail addresses have the same name before the @, at different domains."),
    "links": ("same links", "Both accounts link to {}."),
}


def _short(signs: dict[str, Any]) -> str:
    return ", ".join(_SIGNS[name][0] for name in _SIGNS if name in signs)


def _shown(value: Any) -> Any:
    """Return the value of a sign as its sentence takes it: links in words, a share in percent."""
    return " and ".join(value) if isinstance(value, list) else value * 100


def _of_account(evidence: dict[str, Any]) -> list[str]:
    found = []
    for account in evidence["accounts"]:
        for name, value in account["signs"].items():
            found.append(f"Submission #{account['entry']}: {_SIGNS[name][1].format(_shown(value))}")
    return [
        *found,
        "Two groups of one institution share a domain; that alone is no sign, and is not looked at.",
    ]


def _titles(names: list[str]) -> str:
    return ", ".join(MEDMNIST_PLUS[name].title for name in names)


_SENTENCES: dict[IntegrityFlag.Kind, Callable[[dict[str, Any]], list[str]]] = {
    Kind.COPY: _of_copy,
    Kind.MIXTURE: _of_mixture,
    Kind.LABELS: _of_labels,
    Kind.ACCOUNT: _of_account,
}
