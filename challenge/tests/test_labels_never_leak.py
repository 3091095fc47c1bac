"""The labels of the test sets and the files of teams leave the server only in the intended way.

The last part sends requests to a real gunicorn over raw sockets: a test client would clean up the hostile addresses.
"""

import csv
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.finders import get_finders
from django.core import mail
from django.core.management import call_command

from challenge.models import Evaluation
from challenge.scoring.benchmark import MEDMNIST_PLUS, Task
from challenge.scoring.demo import make_demo_predictions
from challenge.scoring.ground_truth import GroundTruth
from challenge.services import ground_truths
from challenge.tests.mails.sent import send_mails

# --- Labels in error messages -----------------------------------------------------------


def thesis_file(labels: GroundTruth, truth: dict[str, np.ndarray]) -> bytes:
    """Write a complete file in the thesis layout with the given labels as truth."""
    predictions = make_demo_predictions(labels, MEDMNIST_PLUS, skill=1, seed=0)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["dataset_name", "truth", "probability"])
    for dataset in MEDMNIST_PLUS:
        for stated, row in zip(truth[dataset.name], predictions[dataset.name].round(4), strict=True):
            writer.writerow([dataset.name, stated.tolist(), row.tolist()])
    return text.getvalue().encode()


def with_labels_changed(labels: GroundTruth, *changes: tuple[str, int, int]) -> dict[str, np.ndarray]:
    """Shift the label of (dataset, row) by some classes; flip the first label of a multi-label row."""
    changed = {name: values.copy() for name, values in labels.labels.items()}
    for name, row, by in changes:
        if MEDMNIST_PLUS[name].task is Task.MULTILABEL:
            changed[name][row, 0] ^= 1
        else:
            changed[name][row] = (changed[name][row] + by) % MEDMNIST_PLUS[name].n_classes
    return changed


#: Rows whose label in the file differs from the label on the server.
WRONG = [("pathmnist", 5, 1), ("pathmnist", 9, 1), ("chestmnist", 7, 1), ("chestmnist", 8, 1)]


@pytest.fixture(scope="module")
def probing_file(labels) -> bytes:
    return thesis_file(labels, with_labels_changed(labels, *WRONG))


def test_stated_truth_that_is_right_gives_nothing_away_and_is_accepted(labels, team, submit_and_score):
    submission = submit_and_score(team, content=thesis_file(labels, dict(labels.labels)))
    assert submission.evaluations.get().status == Evaluation.Status.SCORED


def test_a_wrong_truth_is_reported_only_at_the_first_row_of_the_file(probing_file, team, submit_and_score):
    problems = submit_and_score(team, content=probing_file).evaluations.get().problems
    (problem,) = problems
    assert problem.startswith("pathmnist, line 7, index 5: truth is not the label")
    assert problem.endswith("This is true of 2 datasets (pathmnist, chestmnist).")
    for later in ("line 11", "index 9", "line 7189", "index 7", "line 7190", "index 8", "next:"):
        assert later not in problem


def test_a_refusal_is_the_same_whatever_the_label_is(
    probing_file, labels, team, as_user, submit_and_score, tmp_path
):
    """Page, mail and command must not distinguish two sites that have different labels for the row."""
    seen = []
    for shift in (0, 3):
        held = GroundTruth(with_labels_changed(labels, ("pathmnist", 5, shift)))
        ground_truths.store_ground_truth(held, name="Labels")
        submission = submit_and_score(team, content=probing_file, model_name=f"Model {shift}")
        evaluation = submission.evaluations.get()
        assert evaluation.ground_truth.checksum == held.version
        mail.outbox.clear()
        send_mails(submission)
        page = as_user(team).get(submission.get_absolute_url() + "result/").content.decode()
        text = message_without_names(str(mail.outbox[0].body), submission)
        seen.append((evaluation.problems, text, page.replace(f"/{submission.pk}/", "/NUMBER/")))
    (problems, text, page), other = seen
    assert (problems, text, page) == other
    assert all(problem in text for problem in problems)


def message_without_names(body: str, submission) -> str:
    return body.replace(submission.model_name, "MODEL").replace(f"#{submission.pk}", "#N")


# --- Pages of the site ----------------------------------------------------------------------------


def test_the_admin_shows_a_checksum_and_neither_labels_nor_a_path(ground_truth, organizer, as_user):
    client = as_user(organizer)
    address = f"/admin/challenge/groundtruth/{ground_truth.pk}"
    pages = ["/admin/challenge/groundtruth/", f"{address}/change/", f"{address}/history/"]
    shown = "".join(client.get(page).content.decode() for page in pages)
    assert ground_truth.checksum in shown
    for secret in (".npz", str(django_settings.DATA_DIR), "/ground_truth", "download"):
        assert secret not in shown


def test_files_lie_where_nothing_is_served():
    static_root = Path(django_settings.STATIC_ROOT)
    for private in ("GROUND_TRUTH", "SUBMISSION", "BROKER", "RELEASES", "PUBLISHED", "DRAWS"):
        folder = Path(getattr(django_settings, f"{private}_DIR"))
        assert folder.parent == django_settings.DATA_DIR
        assert static_root not in (folder, *folder.parents)
        assert folder not in static_root.parents
    folders = [one[1] if isinstance(one, tuple) else one for one in django_settings.STATICFILES_DIRS]
    for served in folders:
        assert django_settings.DATA_DIR not in (served, *served.parents)
        assert served not in django_settings.DATA_DIR.parents


def test_no_static_file_is_data():
    for finder in get_finders():
        for path, storage in finder.list(None):
            assert Path(path).suffix not in (".npz", ".npy", ".sqlite3", ".csv", ".gz", ".env", ".py"), path
            assert not Path(storage.path(path)).is_relative_to(django_settings.DATA_DIR)


def test_the_stored_file_has_no_address(submit, team, client, organizer, as_user):
    submission = submit(team, content=b"the predictions")
    for someone in (client, as_user(team), as_user(organizer)):
        for prefix in ("/", "/media/", "/static/", "/submissions/", "/static/../submissions/"):
            assert someone.get(prefix + submission.file.name).status_code == 404


def test_the_command_tells_no_more_than_the_site(probing_file, ground_truth, tmp_path, capsys):
    file = tmp_path / "probing.csv"
    file.write_bytes(probing_file)
    with pytest.raises(SystemExit):
        call_command("score_submission", file, labels=ground_truth.path)
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("truth is not the label") == 1
    assert "line 7189" not in output.err


# --- A real server --------------------------------------------------------------------------------

SECRETS = {
    "ground_truth/labels.npz": b"CANARY-OF-THE-LABELS",
    "submissions/1/predictions.csv": b"CANARY-OF-A-TEAM",
    "broker/message.msg": b"CANARY-OF-THE-BROKER",
    "secret_key": b"CANARY-OF-THE-SECRET-KEY-" + b"x" * 50,
    "db.sqlite3": b"SQLite format 3",
}


@dataclass
class Server:
    """A gunicorn with its own data folder."""

    port: int
    data: Path

    def ask(self, target: bytes, method: bytes = b"GET") -> tuple[int, bytes]:
        """Send a request line unchanged; return the status and the whole response."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            head = method + b" " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
            connection.sendall(head)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        return int(answer.split(b" ", 2)[1]), answer


@pytest.fixture(scope="module")
def environment(tmp_path_factory) -> dict[str, str]:
    """Environment of a site with its own data folder, which has a canary in each place."""
    data = tmp_path_factory.mktemp("data")
    for name, content in SECRETS.items():
        if name != "db.sqlite3":
            (data / name).parent.mkdir(parents=True, exist_ok=True)
            (data / name).write_bytes(content)
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {
        "DJANGO_SETTINGS_MODULE": "bigsite.settings",
        "ENV_FILE": os.devnull,
        "DATA_DIR": str(data),
        "SECRET_KEY": "",
        "SITE_URL": "http://127.0.0.1",
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    for command in ("migrate", "collectstatic"):
        prepare = [sys.executable, "manage.py", command, "--no-input", "--verbosity=0"]
        subprocess.run(prepare, check=True, env=environment, cwd=django_settings.BASE_DIR)
    return environment


@pytest.fixture(scope="module", params=["off", "on"], ids="DEBUG={}".format)
def server(request, environment) -> Iterator[Server]:
    data = Path(environment["DATA_DIR"])
    port = free_port()
    command_line = [sys.executable, "-m", "gunicorn", "bigsite.wsgi", "--bind", f"127.0.0.1:{port}"]
    with (data / "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(
            command_line,
            stdout=log,
            stderr=log,
            env=environment | {"DEBUG": request.param},
            cwd=django_settings.BASE_DIR,
        )
    try:
        wait_for(port)
        yield Server(port, data)
    finally:
        process.terminate()
        process.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("gunicorn does not answer")


#: Paths from a served folder up and into DATA_DIR; `NAME` is a file there, `DATA` the path of that folder.
WAYS = [
    *("/NAME", "//NAME", "/static/NAME", "/media/NAME", "/data/NAME", "/var/NAME", "/./NAME", "/admin/NAME"),
    *("/static/../NAME", "/static//../NAME", "/static/./../NAME", "/static/css/../../NAME", "/../NAME"),
    *("/static/%2e%2e/NAME", "/static/..%2fNAME", "/static%2f..%2fNAME", "/static/%2e%2e%2fNAME"),
    *("/static/%252e%252e/NAME", "/static/..%252fNAME", "/static/%c0%ae%c0%ae/NAME", "/static/..%c0%afNAME"),
    *("/static/..\\NAME", "/static/..%5cNAME", "/static\\..\\NAME", "/static/....//NAME", "/static/..;/NAME"),
    *("/static/%00/../NAME", "/static/../NAME%00.css", "/static/css/site.css%00/../../../NAME"),
    *("/staticx/../NAME", "/static../NAME", "/static..%2fNAME", "/static/\x00../NAME", "/static/%0a../NAME"),
    *("/static/DATA/NAME", "/static//DATA/NAME", "/DATA/NAME", "/static/%2fDATA/NAME", "/static/file://DATA/NAME"),
    *("http://127.0.0.1/static/../NAME", "/static/../NAME?x=/static/css/site.css", "/static/../NAME#/css/"),
    *("/submissions/1/file/../../../NAME", "/submissions/../NAME", "/submissions/1/file/%2e%2e/NAME"),
]  # fmt: skip


def test_the_server_works_and_serves_static_files(server):
    assert server.ask(b"/")[0] == 200
    assert server.ask(b"/static/vendor/htmx/htmx.min.js")[0] == 200
    assert server.ask(b"/static/css/site.css")[0] == 200


@pytest.mark.parametrize("name", SECRETS)
def test_no_path_leads_into_the_data(server, name):
    assert (server.data / name).read_bytes().startswith(SECRETS[name]), "the canary is in its place"
    for way in WAYS:
        # lstrip: the path of the folder replaces "/DATA" or "DATA"
        target = way.replace("NAME", name).replace("DATA", str(server.data).lstrip("/"))
        status, answer = server.ask(target.encode("latin-1"))
        assert status in (301, 302, 400, 404), target
        assert SECRETS[name] not in answer, target


@pytest.mark.parametrize(
    "folder", ["/static/", "/static", "/static/..", "/static/../", "/static/css/", "/ground_truth/"]
)
def test_no_folder_is_listed(server, folder):
    status, answer = server.ask(folder.encode())
    assert status in (301, 302, 404)
    assert b"CANARY" not in answer
    assert b"labels.npz" not in answer


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"PROPFIND"])
def test_static_files_take_no_other_methods(server, method):
    status, _ = server.ask(b"/static/css/site.css", method)
    assert status in (400, 403, 404, 405, 501)
    assert server.ask(b"/static/css/site.css")[0] == 200


def test_the_served_folder_holds_static_files_only(server):
    for path in (server.data / "static").rglob("*"):
        assert not path.is_symlink()
        assert path.suffix not in (".npz", ".csv", ".sqlite3", ".py", ".env"), path
        assert not path.is_file() or b"CANARY" not in path.read_bytes()
