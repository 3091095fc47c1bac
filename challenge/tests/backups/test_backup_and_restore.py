"""Backup, wipe, restore: the same rows and files; who may overwrite what; damaged and foreign backups."""

import json
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Team
from challenge.backups import making, restoring
from challenge.backups.errors import BackupError
from challenge.models import BoardResult, Evaluation
from challenge.services.evaluations import evaluate
from challenge.tests.backups.conftest import all_files, all_rows
from challenge.tests.processes import in_parallel
from conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def run(command: str, folder, **options) -> str:
    output = StringIO()
    call_command(command, str(folder), stdout=output, no_color=True, **options)
    return output.getvalue()


def test_a_wiped_site_has_the_same_rows_and_files_again(site, folder, wipe):
    rows, files = all_rows(), all_files()
    said = run("backup", folder)
    assert "3 submissions" in said
    wipe()
    assert not Team.objects.exists()
    run("restore", folder)
    assert all_rows() == rows
    assert all_files() == files
    assert rows["challenge.Uncertainty"]
    assert len(files) >= 4


def test_the_restored_site_works(site, folder, wipe, client, submit, other_team):
    run("backup", folder)
    wipe()
    run("restore", folder)
    evaluate(site.evaluations.get().pk)
    assert site.evaluations.get().status == Evaluation.Status.FAILED  # its file was read
    assert client.get("/leaderboard/?resolution=28").status_code == 200
    assert client.login(username=other_team.name, password=PASSWORD)
    assert submit(other_team, content=b"after").pk


def test_nobody_stays_logged_in(site, folder, as_user, team):
    client = as_user(team)
    assert client.get("/profile/").status_code == 200
    run("backup", folder)
    assert "Everybody has to log in again" in run("restore", folder, replace=True)
    assert client.get("/profile/").status_code == 302


def test_a_site_with_content_is_refused_unless_asked(site, folder, team):
    run("backup", folder)
    team.name = "Later name"
    team.save()
    with pytest.raises(CommandError, match=r"This site has content: .*--replace"):
        run("restore", folder)
    assert Team.objects.filter(name="Later name").exists()
    run("restore", folder, replace=True)
    assert not Team.objects.filter(name="Later name").exists()


def test_a_board_that_was_computed_is_computed_again(site, folder):
    BoardResult.objects.create(name="x", asked_on="2027-01-01")
    run("backup", folder)
    run("restore", folder, replace=True)
    assert not BoardResult.objects.exists()


def test_only_this_user_can_read_the_backup(site, folder):
    run("backup", folder)
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_next_backup_copies_only_new_files(site, folder, submit, other_team):
    run("backup", folder)
    times = {path: path.stat().st_ino for path in (folder / "submissions").rglob("*.csv")}
    later = submit(other_team, content=b"later")
    gone = folder / "submissions" / site.file.name
    assert gone in times
    site.file.delete(save=False)
    run("backup", folder)
    kept = {path: path.stat().st_ino for path in (folder / "submissions").rglob("*.csv")}
    assert folder / "submissions" / later.file.name in kept
    assert gone not in kept
    assert all(inode == times.get(path, inode) for path, inode in kept.items())
    assert len(list(folder.glob("rows-*"))) == 1


def test_rows_that_are_written_meanwhile_are_not_in_the_backup(site, folder, monkeypatch, wipe):
    """Each table is read as it was at the start, although another process writes between the tables."""
    write_table = making.write_table
    seen: list[type] = []

    def write_and_add(model, path):
        rows = write_table(model, path)
        if not seen:
            seen.append(model)
            in_parallel([lambda: Team.objects.create_user("Meanwhile", "meanwhile@example.org", "x" * 20)])
        return rows

    monkeypatch.setattr(making, "write_table", write_and_add)
    run("backup", folder)
    assert Team.objects.filter(name="Meanwhile").exists()
    wipe()
    run("restore", folder)
    assert not Team.objects.filter(name="Meanwhile").exists()


def test_an_interrupted_backup_leaves_the_earlier_one(site, folder, monkeypatch, wipe):
    rows = all_rows()
    run("backup", folder)
    monkeypatch.setattr(
        making, "keep", lambda *args: (_ for _ in ()).throw(OSError("No space left on device"))
    )
    with pytest.raises(CommandError, match=r"No space left on device.*unharmed"):
        run("backup", folder)
    wipe()
    run("restore", folder)
    assert all_rows() == rows


def test_a_folder_with_other_files_is_refused(site, folder):
    folder.mkdir(parents=True)
    (folder / "thesis.tex").touch()
    with pytest.raises(CommandError, match=r"has other files \(thesis.tex\)"):
        run("backup", folder)
    assert [*folder.iterdir()] == [folder / "thesis.tex"]


def test_two_backups_at_once_are_refused(site, folder):
    folder.mkdir(parents=True)
    with making.alone_in(folder), pytest.raises(CommandError, match="Another process uses"):
        run("backup", folder)


def remove_manifest(folder):
    (folder / "manifest.json").unlink()


def cut_manifest(folder):
    (folder / "manifest.json").write_text('{"format": 1')


def change_a_file(folder):
    next((folder / "submissions").rglob("*.csv")).write_text("changed")


def lose_a_table(folder):
    next(folder.glob("rows-*/accounts.team.*")).unlink()


def be_of_another_version(folder):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["migrations"]["challenge"] = "0001_initial"
    path.write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (remove_manifest, "has no complete backup"),
        (cut_manifest, "cannot be read"),
        (change_a_file, "is damaged: .* was changed"),
        (lose_a_table, "is damaged: .* is missing"),
        (be_of_another_version, "Restore it with the software that made it"),
    ],
)
def test_a_backup_that_cannot_be_restored_changes_nothing(site, folder, spoil, reason):
    run("backup", folder)
    spoil(folder)
    rows, files = all_rows(), all_files()
    with pytest.raises(CommandError, match=reason):
        run("restore", folder, replace=True)
    assert all_rows() == rows
    assert all_files() == files


def test_an_error_in_the_middle_changes_nothing(site, folder, monkeypatch):
    run("backup", folder)
    rows, files = all_rows(), all_files()

    def swap_and_fail(new, undo):
        swap(new, undo)
        raise BackupError("The disk is gone.")

    swap = restoring._swap_folders
    monkeypatch.setattr(restoring, "_swap_folders", swap_and_fail)
    with pytest.raises(CommandError, match="The disk is gone"):
        run("restore", folder, replace=True)
    assert all_rows() == rows
    assert all_files() == files


def test_a_folder_that_is_none(folder):
    with pytest.raises(CommandError, match="has no complete backup"):
        run("restore", folder)
