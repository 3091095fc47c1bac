"""Entries that organizers reproduce: the file is scored, its bound holds or not, and the files are for organizers."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from challenge.admin.submissions import evidence as forms
from challenge.models import HistoryLine, Reproduction, Submission
from challenge.services import entries, evidence
from challenge.services.accounts import close_account
from challenge.services.evidence import EvidenceRefusedError
from challenge.tests.evidence.conftest import CODE, SEEN, act
from challenge.tests.evidence.test_confirming import evidence_on
from challenge.tests.pages import page_of
from challenge.upkeep.storage import unused_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def scored(submit_and_score, team) -> Submission:
    return submit_and_score(team, code_url=CODE)


def stored() -> list[Path]:
    made = Reproduction.objects.get()
    return [Path(made.log.path), Path(made.predictions.path)]


def test_an_organizer_reproduces_in_the_admin_and_readers_see_the_bound(admin, client, scored, files):
    page = act(admin, "reproduce", scored, how="trained", bound="0.02", **files()).text
    assert "is reproduced" in page
    made = Reproduction.objects.get()
    assert (made.largest_difference, made.bound, made.code_url) == (0.0, 0.02, CODE)
    said = evidence_on(client, scored)
    assert "Reproduced by the organizers (Chair)" in said
    assert "Trained again. Each of the four means is the same; the bound was 0.02." in said
    assert SEEN in said
    line = HistoryLine.objects.get(submission=scored)
    assert (line.action, line.reason) == ("reproduced", SEEN)
    assert line.after == {"reproduced": "Trained again", "bound": 0.02, "largest difference": 0.0}


def test_a_file_outside_the_bound_is_refused_and_leaves_nothing(reproduce, scored, files, settings):
    before = {*Path(settings.SUBMISSION_DIR).rglob("*.*")}
    with pytest.raises(EvidenceRefusedError, match=r"differ by 0\.\d{4}, more than 0\.001"):
        reproduce(scored, bound=0.001, skill=2.0)
    assert not Reproduction.objects.exists()
    assert {*Path(settings.SUBMISSION_DIR).rglob("*.*")} == before


def test_the_difference_is_that_of_the_mean_that_differs_most(
    reproduce, scored, submit_and_score, other_team, client
):
    other = submit_and_score(other_team, skill=1.1).evaluations.get()
    own = scored.evaluations.get()
    metrics = ("auc", "balanced_accuracy", "cohen_kappa", "accuracy")
    reproduce(scored, bound=0.1, skill=1.1)
    largest = max(abs(getattr(own, m) - getattr(other, m)) for m in metrics)
    assert Reproduction.objects.get().largest_difference == pytest.approx(largest, abs=1e-12)
    assert largest > 0.001
    assert f"differs by {largest:.2g} at most; the bound was 0.1." in evidence_on(client, scored)


def test_a_file_that_is_no_submission_is_refused_with_its_problems(admin, scored, files):
    page = act(admin, "reproduce", scored, how="ran", bound="0.01", **files(content=b"no,predictions\n")).text
    assert "The reproduced file is not valid." in page
    assert not Reproduction.objects.exists()


@pytest.mark.parametrize(
    ("name", "file", "words"),
    [
        ("log", ("run.exe", b"x"), "The log must be a .txt or .log file."),
        ("log", ("run.log", b"x" * 200), "The log is larger than 100 bytes"),
        ("predictions", ("again.xlsx", b"x"), "The file must be a .csv"),
        ("predictions", ("again.csv", b"x" * 3000), "The file is larger than 2.0 KB"),
    ],
)
def test_hostile_files_are_refused_by_name_and_size(
    name, file, words, admin, scored, files, settings, monkeypatch
):
    monkeypatch.setattr(forms, "MOST_LOG_BYTES", 100)
    settings.MAX_UPLOAD_BYTES = 2048
    sent = files(content=b"x") | {name: SimpleUploadedFile(*file)}
    page = act(admin, "reproduce", scored, how="ran", bound="0.01", **sent)
    assert words.replace(" ", "\xa0") in page.text.replace(" ", "\xa0")
    assert not Reproduction.objects.exists()


@pytest.mark.parametrize("bound", ["", "-0.1", "0.5", "nan"])
def test_a_bound_is_a_small_number(bound, admin, scored, files):
    act(admin, "reproduce", scored, how="ran", bound=bound, **files())
    assert not Reproduction.objects.exists()


def test_only_those_who_may_download_files_get_log_and_predictions(
    reproduce, scored, admin, in_role, as_user, team
):
    reproduce(scored)
    address = f"/admin/challenge/submission/{scored.pk}/reproduction"
    log = admin.get(f"{address}/log/")
    assert log.getvalue() == b"epoch 1\n"
    assert log["Content-Disposition"].startswith("attachment")
    assert admin.get(f"{address}/predictions/").getvalue() == stored()[1].read_bytes()
    assert admin.get(f"{address}/reason/").status_code == 404
    assert as_user(in_role("Assistant")).get(f"{address}/log/").status_code == 403
    assert as_user(team).get(f"{address}/log/").status_code == 302
    page = f"/admin/challenge/submission/{scored.pk}/change/"
    assert "/reproduction/log/" in page_of(admin, page)
    assert "/reproduction/log/" not in page_of(as_user(in_role("Assistant", "Second")), page)


def test_no_text_of_the_upload_is_in_a_path(reproduce, scored, files):
    sent = files()
    sent["log"].name = "../../secret name.log"
    reproduce(scored, **sent)
    assert all("secret" not in path.name and path.parent.name == str(scored.pk) for path in stored())


@pytest.mark.django_db(transaction=True)
def test_taken_back_its_files_go_and_the_history_keeps_the_numbers(reproduce, scored, admin, client):
    reproduce(scored)
    paths = stored()
    assert all(path.exists() for path in paths)
    act(admin, "take_back_reproduction", scored)
    assert not any(path.exists() for path in paths)
    assert "Reproduced : no" in evidence_on(client, scored)
    line = HistoryLine.objects.filter(submission=scored).latest("pk")
    assert line.action == "took the reproduction back"
    assert line.before["reproduced by"] == "Chair"
    assert line.before["bound"] == 0.01


@pytest.mark.django_db(transaction=True)
def test_its_files_go_with_the_account(reproduce, scored, team):
    entries.set_visibility(scored, "private")
    reproduce(scored)
    paths = stored()
    close_account(team, keep_name=True)
    assert not any(path.exists() for path in paths)


def test_its_files_are_in_use(reproduce, scored, monkeypatch):
    reproduce(scored)
    monkeypatch.setattr("challenge.upkeep.storage.YOUNGEST", -timedelta(hours=1))
    made = Reproduction.objects.get()
    assert not {file.name for file in unused_files()} & {made.log.name, made.predictions.name}


def test_what_is_not_possible_is_refused(reproduce, submit, scored, team, organizer):
    with pytest.raises(EvidenceRefusedError, match="It has no scores"):
        reproduce(submit(team, skill=2.0))
    with pytest.raises(EvidenceRefusedError, match="It is not reproduced"):
        evidence.take_back_reproduction(scored, reason=SEEN, by=organizer)
    reproduce(scored)
    scored.refresh_from_db()
    with pytest.raises(EvidenceRefusedError, match="It is reproduced"):
        reproduce(scored)


def test_a_later_change_of_the_code_is_told(reproduce, scored, client):
    reproduce(scored)
    entries.edit_entry(scored, code_url="https://example.org/other")
    assert "The team has changed the link to the code since." in evidence_on(client, scored)
