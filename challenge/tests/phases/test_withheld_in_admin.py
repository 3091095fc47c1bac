"""Withheld datasets in the admin: added with labels, checked, fixed once entries are scored, and never shown."""

import io
import stat
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from challenge.models import Evaluation, HistoryLine, WithheldDataset
from challenge.scoring.withheld import read_withheld
from challenge.services import withheld as services
from challenge.tests.pages import elements, page_of, text_of
from challenge.tests.withheld import CLASSES, LABELS, add_withheld, csv_of, words

ADDRESS = "/admin/challenge/withhelddataset/"


@pytest.fixture
def client(organizer, as_user) -> Client:
    return as_user(organizer)


def post(client: Client, phase, content: bytes | None = None, address: str = f"{ADDRESS}add/", **changes):
    form = words(phase.pk, **changes)
    if content is not None:
        form["labels_file"] = SimpleUploadedFile("labels.csv", content)
    return client.post(address, form)


def npz_of(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


# --- It works -------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [csv_of(LABELS), npz_of(test_labels=LABELS[:, None])], ids=["csv", "npz"])
def test_a_dataset_is_added_with_its_labels(client, second, organizer, content):
    assert post(client, second, content).status_code == 302
    found = WithheldDataset.objects.get()
    assert (found.n_images, found.class_counts, found.classes) == (60, [20, 20, 20], CLASSES)
    assert (read_withheld([found.labels])["skinmnist"] == LABELS).all()
    line = HistoryLine.objects.get()
    assert (line.actor, line.action, line.subject) == (
        organizer,
        "added",
        "Withheld dataset SkinMNIST in Second",
    )
    assert line.after["classes"] == "benign, malignant, unclear"


def test_only_the_account_of_the_site_can_read_the_file(client, second):
    post(client, second, csv_of(LABELS))
    path = WithheldDataset.objects.get().path
    assert path.is_relative_to(settings.GROUND_TRUTH_DIR)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_multi_label_dataset(client, second):
    labels = (np.arange(40)[:, None] >> np.arange(3)) & 1
    rows = "\n".join(f"{i},{','.join(map(str, row))}" for i, row in enumerate(labels.tolist()))
    content = f"index,benign,malignant,unclear\n{rows}\n".encode()
    assert post(client, second, content, task="multi-label").status_code == 302
    found = WithheldDataset.objects.get()
    assert (read_withheld([found.labels])["skinmnist"] == labels).all()


def test_words_change_without_a_new_file(client, second):
    dataset = add_withheld(second)
    response = post(client, second, address=f"{ADDRESS}{dataset.pk}/change/", title="Skin")
    assert response.status_code == 302
    assert WithheldDataset.objects.get().title == "Skin"
    line = HistoryLine.objects.latest("pk")
    assert (line.before, line.after) == ({"title": "SkinMNIST"}, {"title": "Skin"})


def test_new_labels_replace_the_file(client, second, django_capture_on_commit_callbacks):
    dataset = add_withheld(second)
    earlier = dataset.path
    with django_capture_on_commit_callbacks(execute=True):
        post(client, second, csv_of(LABELS[::-1]), address=f"{ADDRESS}{dataset.pk}/change/")
    assert not earlier.exists()
    assert WithheldDataset.objects.get().path.exists()


def test_a_deletion_removes_the_labels(client, second, django_capture_on_commit_callbacks):
    dataset = add_withheld(second)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{ADDRESS}{dataset.pk}/delete/", {"post": "yes"})
    assert not WithheldDataset.objects.exists()
    assert not dataset.path.exists()
    assert HistoryLine.objects.latest("pk").action == "deleted"


# --- Bad input ------------------------------------------------------------------------------------

HOSTILE = {
    "empty": (b"", "The submitted file is empty."),
    "no header": (b"0,1\n1,2\n", "Line 1 is “0,1”; expected the header index,label."),
    "another header": (b"image,label\n0,1\n", "expected the header index,label"),
    "a text for a label": (b"index,label\n0,benign\n", "Line 2: “benign” is no whole number from 0."),
    "a negative label": (b"index,label\n0,-1\n", "Line 2: “-1” is no whole number from 0."),
    "digits of another script": ("index,label\n0,٣\n".encode(), "is no whole number from 0."),
    "too many cells": (b"index,label\n0,1,2\n", "Line 2 has 3 cells; the header has 2."),
    "an index twice": (b"index,label\n0,1\n0,2\n", "The indices must be 0 to 1, each once"),
    "an index left out": (b"index,label\n0,0\n2,1\n", "index 1 is missing"),
    "a class that does not exist": (csv_of(LABELS + 1), "holds labels from 1 to 3, expected 0 to 2"),
    "a class without images": (csv_of(LABELS % 2), "has no AUC for: unclear"),
    "only a header": (b"index,label\n", "expected 1 to 100,000 test images"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0", "neither an npz file nor text in UTF-8"),
    "NUL bytes": (b"index,label\n0,\0\n", "has NUL bytes"),
    "a zip of something else": (npz_of(images=LABELS), "has no array `labels` or `test_labels`"),
    "a damaged zip": (npz_of(labels=LABELS)[:-30], "no npz file that can be read"),
    "floats": (npz_of(labels=LABELS / 2), "holds labels of type float64, expected integers"),
    "objects": (npz_of(labels=np.array([{}, {}], dtype=object)), "Object arrays cannot be loaded"),
    "a number in place of an array": (npz_of(labels=np.array(1)), "expected 1 to 100,000 test images"),
    "a table": (npz_of(labels=np.zeros((60, 2), int)), "holds labels of shape (60, 2)"),
    "another script": (b"index,label\n0,<script>\n", "Line 2: “&lt;script&gt;” is no whole number"),
}


@pytest.mark.parametrize(("content", "message"), HOSTILE.values(), ids=HOSTILE)
def test_a_bad_file_is_refused_with_what_is_wrong(client, second, content, message):
    response = post(client, second, content)
    assert response.status_code == 200
    assert message in response.text.replace("&quot;", '"').replace("&#x27;", "'")
    assert not WithheldDataset.objects.exists()


def test_an_array_that_claims_a_huge_size_is_refused(client, second):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|i1", "fortran_order": False, "shape": (10**13,)})
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("labels.npy", header.getvalue())
    assert post(client, second, buffer.getvalue()).status_code == 200
    assert not WithheldDataset.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "Skin"}, "Use 3 to 30 lower-case letters from a to z."),
        ({"name": "../../skin"}, "Use 3 to 30 lower-case letters from a to z."),
        ({"name": "pathmnist"}, "This phase has a dataset “pathmnist” already"),
        ({"name": "average"}, "“average” is the name of the mean"),
        ({"title": "PathMNIST"}, "This phase has a dataset with the title “PathMNIST” already"),
        ({"class_names": "benign"}, "There are 1 classes; write 2 to 50, one a line."),
        ({"class_names": "benign\nbenign"}, "Two classes have the same name."),
        ({"task": "binary"}, "A binary dataset has 2 classes, but there are 3."),
        ({"licence": ""}, "This field is required."),
    ],
)
def test_words_that_do_not_fit_are_refused(client, second, changes, message):
    response = post(client, second, csv_of(LABELS), **changes)
    assert message in response.text
    assert not WithheldDataset.objects.exists()


def test_a_new_dataset_needs_a_file(client, second):
    assert "Choose the file of the labels." in post(client, second).text


def test_the_stored_labels_must_fit_new_classes(client, second):
    dataset = add_withheld(second)
    response = post(client, second, address=f"{ADDRESS}{dataset.pk}/change/", class_names="benign\nmalignant")
    assert "The stored labels do not fit" in response.text


def test_the_first_phase_stays_the_ordinary_benchmark(client, first):
    assert "The first phase is the ordinary benchmark" in post(client, first, csv_of(LABELS)).text
    with pytest.raises(services.WithheldRefusedError, match="ordinary benchmark"):
        add_withheld(first)


# --- Fixed once entries are scored ----------------------------------------------------------------


def test_nothing_changes_once_an_entry_is_scored_or_waits(client, entry, team, second):
    dataset = add_withheld(second)
    entry(team, 0.8, phase=second)
    page = page_of(client, f"{ADDRESS}{dataset.pk}/change/")
    assert "Its withheld datasets cannot be changed any more" in text_of(page)
    assert not elements(page, "input[type=file]")
    post(client, second, csv_of(LABELS[::-1]), address=f"{ADDRESS}{dataset.pk}/change/")
    client.post(f"{ADDRESS}{dataset.pk}/delete/", {"post": "yes"})
    assert WithheldDataset.objects.get().checksum == dataset.checksum
    assert (
        "cannot be changed any more" in post(client, second, csv_of(LABELS), name="other", title="Other").text
    )
    with pytest.raises(services.WithheldRefusedError, match="cannot be changed any more"):
        services.delete_dataset(dataset, by="a test")


@pytest.mark.parametrize("act", ["change", "delete"])
def test_an_entry_that_is_scored_in_the_meantime_fixes_them(client, second, monkeypatch, act):
    dataset = add_withheld(second)

    def refuse(*args: object, **kwargs: object) -> None:
        raise services.WithheldRefusedError("Entries are being scored.")

    monkeypatch.setattr(services, f"{'save' if act == 'change' else 'delete'}_dataset", refuse)
    form = words(second.pk, title="Another title") | {"post": "yes"}
    response = client.post(f"{ADDRESS}{dataset.pk}/{act}/", form, follow=True)
    assert response.status_code == 200
    assert "Entries are being scored." in text_of(response.text)
    assert WithheldDataset.objects.get().title == dataset.title


def test_a_failed_submission_does_not_fix_them(entry, team, second):
    dataset = add_withheld(second)
    entry(team, 0.8, phase=second)
    Evaluation.objects.update(status=Evaluation.Status.FAILED, scored_at=None)
    services.delete_dataset(dataset, by="a test")


# --- Who may not ----------------------------------------------------------------------------------


def test_assistants_look_and_change_nothing(in_role, as_user, second):
    dataset = add_withheld(second)
    client = as_user(in_role("Assistant"))
    assert "SkinMNIST" in page_of(client, ADDRESS)
    assert post(client, second, csv_of(LABELS)).status_code == 403
    assert post(client, second, address=f"{ADDRESS}{dataset.pk}/change/", title="Skin").status_code == 403
    assert client.post(f"{ADDRESS}{dataset.pk}/delete/", {"post": "yes"}).status_code == 403
    assert WithheldDataset.objects.get().title == "SkinMNIST"


def test_no_page_shows_labels_or_leads_to_their_file(client, as_user, team, second):
    dataset = add_withheld(second)
    name = Path(dataset.path).name
    for viewer in (client, as_user(team)):
        for address in (f"{ADDRESS}{dataset.pk}/change/", f"/format/?phase={second.pk}"):
            shown = viewer.get(address).text
            assert name not in shown
            assert "0,1,2,0,1,2" not in "".join(shown.split())
        for address in (f"/media/withheld/{name}", f"/ground-truth/withheld/{name}", f"/withheld/{name}"):
            assert viewer.get(address).status_code == 404
