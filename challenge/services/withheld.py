"""Withheld datasets of phases: only this module writes them and the files of their labels."""

from dataclasses import replace

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from accounts.models import Team
from challenge import files
from challenge.models import Evaluation, Phase, WithheldDataset
from challenge.scoring import ground_truth as label_files
from challenge.scoring.benchmark import MEDMNIST_PLUS, Benchmark, Dataset, Task
from challenge.scoring.ground_truth import GroundTruthError, LabelsError
from challenge.scoring.statistics.estimates import AVERAGE
from challenge.scoring.withheld import (
    LABELS,
    MOST_CLASSES,
    checked,
    parse_labels,
    read_withheld,
    version_of,
)
from challenge.services import history
from challenge.services.board import board_changed
from challenge.services.commits import try_after_commit

KEY_SALT = "challenge.withheld"


class WithheldRefusedError(Exception):
    """A withheld dataset was not added, changed or deleted; the message says why."""


def refusal_of_changes(phase: Phase) -> str:
    """Return the reason why the withheld datasets of a phase cannot be changed; empty if they can."""
    if phase.board is None:
        return "The first phase is the ordinary benchmark, without withheld datasets. Add another phase for them."
    scored = Q(scored_at__isnull=False) | Q(status__in=Evaluation.PENDING)
    if Evaluation.objects.filter(scored, submission__phase=phase).exists():
        return (
            f"Entries of “{phase}” are scored or being scored. Its withheld datasets cannot be changed any more: "
            "scores on other data could not be compared with theirs. Add another phase."
        )
    return ""


def refusal_of_words(dataset: WithheldDataset) -> str:
    """Return what is wrong with the name, the title or the classes of a dataset; empty if nothing is."""
    if dataset.name == AVERAGE:
        return f"“{AVERAGE}” is the name of the mean: choose another name."
    others = [
        *MEDMNIST_PLUS,
        *(
            one.dataset
            for one in WithheldDataset.objects.filter(phase=dataset.phase_id).exclude(pk=dataset.pk)
        ),
    ]
    if any(dataset.name == other.name for other in others):
        return f"This phase has a dataset “{dataset.name}” already: choose another name."
    if any(dataset.title.casefold() == other.title.casefold() for other in others):
        return f"This phase has a dataset with the title “{dataset.title}” already: choose another title."
    classes = dataset.classes
    if not 2 <= len(classes) <= MOST_CLASSES:
        return f"There are {len(classes)} classes; write 2 to {MOST_CLASSES}, one a line."
    if len({*classes}) < len(classes):
        return "Two classes have the same name."
    if dataset.task == Task.BINARY and len(classes) != 2:
        return f"A binary dataset has 2 classes, but there are {len(classes)}."
    return ""


def labels_from(content: bytes | None, dataset: WithheldDataset) -> np.ndarray:
    """Return the labels of a dataset: those of an uploaded file, or the stored labels, which must still fit.

    Raises:
        WithheldRefusedError: they do not fit the task and the classes.

    """
    task, n_classes = Task(dataset.task), len(dataset.classes)
    try:
        if content is None:
            return read_withheld([dataset.labels])[dataset.name]
        labels = parse_labels(content, task, n_classes)
        about = Dataset(dataset.name, dataset.title, "", task, dataset.classes, len(labels))
        return checked(labels, about)
    except GroundTruthError as error:
        raise WithheldRefusedError(f"The stored labels do not fit: {error} Choose the file again.") from error
    except LabelsError as error:
        raise WithheldRefusedError(str(error)) from error


@transaction.atomic
def save_dataset(dataset: WithheldDataset, content: bytes | None, *, by: Team | str) -> None:
    """Add or change a withheld dataset, with a line of history.

    Args:
        dataset: the dataset, with its words.
        content: an uploaded file of labels; None to keep the stored labels.
        by: the organizer.

    Raises:
        WithheldRefusedError: its words or labels do not fit, or the phase has scores.

    """
    _lock(dataset.phase)
    earlier = WithheldDataset.objects.filter(pk=dataset.pk).first()
    if earlier and earlier.phase_id != dataset.phase_id:
        _lock(earlier.phase)
    if refusal := refusal_of_words(dataset):
        raise WithheldRefusedError(refusal)
    labels = labels_from(content, dataset)
    dataset.n_images, dataset.checksum = len(labels), _keyed_hash(labels)
    about = replace(dataset.dataset, is_withheld=False)
    counts = label_files.count_classes({dataset.name: labels}, Benchmark("", (about,), ()))
    dataset.class_counts = list(counts[dataset.name])
    _write(dataset, labels)
    before, after = _values(earlier) if earlier else {}, _values(dataset)
    dataset.save()
    history.record_saved(before, after, by=by, subject=f"Withheld dataset {dataset}")
    if earlier:
        try_after_commit(_delete_unused, earlier)
    board_changed()


@transaction.atomic
def delete_dataset(dataset: WithheldDataset, *, by: Team | str) -> None:
    """Delete a withheld dataset and its labels, with a line of history.

    Raises:
        WithheldRefusedError: the phase has scores.

    """
    _lock(dataset.phase)
    history.record("deleted", by=by, subject=f"Withheld dataset {dataset}", before=_values(dataset))
    WithheldDataset.objects.filter(pk=dataset.pk).delete()
    try_after_commit(_delete_unused, dataset)
    board_changed()


def _lock(phase: Phase) -> None:
    """Lock a phase until the end of the transaction, and refuse if it has scores.

    A submission holds its phase from the insert to the commit, because of the foreign key: it comes before or after.
    """
    Phase.objects.select_for_update().filter(pk=phase.pk).first()
    if refusal := refusal_of_changes(phase):
        raise WithheldRefusedError(refusal)


def _keyed_hash(labels: np.ndarray) -> str:
    """Return a hash that only this site can compute: the labels of a few images could be guessed from a plain one."""
    return salted_hmac(KEY_SALT, version_of(labels), algorithm="sha256").hexdigest()


def _write(dataset: WithheldDataset, labels: np.ndarray) -> None:
    """Store labels so that only the account of the site can read them."""
    with files.writing(dataset.place) as draft:
        draft.touch(mode=0o600)
        label_files.write_ground_truth(label_files.GroundTruth({LABELS: labels}), draft)


def _delete_unused(dataset: WithheldDataset) -> None:
    if not WithheldDataset.objects.filter(checksum=dataset.checksum).exists():
        files.delete(dataset.place)


def _values(dataset: WithheldDataset) -> dict[str, str | int]:
    """Return the fields of a dataset for the history, without its labels."""
    return {
        "phase": str(dataset.phase),
        "name": dataset.name,
        "title": dataset.title,
        "task": str(dataset.task),
        "classes": ", ".join(dataset.classes),
        "description": dataset.description,
        "licence": dataset.licence,
        "test images": dataset.n_images,
        "keyed hash of the labels": dataset.checksum,
    }
