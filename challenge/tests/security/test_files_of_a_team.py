"""Files of a team: their names, their way back to the team, and the place where they are kept."""

from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile

from challenge.models import Submission
from challenge.services import submissions

FILE_NAMES = [
    "predictions.csv",
    'quote".csv',
    "'; filename=evil.html; x='.csv",
    "back\\slash.csv",
    "../../../../etc/passwd.csv",
    "line\r\nSet-Cookie: a=b\r\n\r\n<script>.csv",
    "Vorhersagen für Lübeck.csv",
    "预测.csv",
    "\u202egpj.csv",
    "evil.html",
    "x" * 200,
]


@pytest.mark.parametrize("name", FILE_NAMES)
def test_the_download_is_an_attachment_that_nothing_opens(name, submission, team, as_user):
    Submission.objects.update(file_name=name)
    response = as_user(team).get(f"/submissions/{submission.pk}/file/")
    disposition = response["Content-Disposition"]
    assert response.status_code == 200
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert disposition.startswith("attachment")
    assert disposition.isascii()
    assert not {"\r", "\n"} & set(disposition)
    assert "Set-Cookie" not in response.headers
    assert response.getvalue() == b"the predictions"
    if disposition.startswith('attachment; filename="'):  # one quoted string and nothing after it
        value = disposition.removeprefix('attachment; filename="').removesuffix('"')
        assert '"' not in value.replace("\\\\", "").replace('\\"', "")
    else:
        assert disposition == "attachment" or disposition.startswith("attachment; filename*=utf-8''")
        assert '"' not in disposition
        assert ";" not in disposition.partition("utf-8''")[2]


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "..\\..\\evil.csv", "/etc/evil.csv", "a\x00b.csv", ".csv", "x" * 300 + ".csv"]
)
def test_the_name_of_an_upload_reaches_no_path(name, ground_truth, team):
    upload = SimpleUploadedFile("x.csv", b"the predictions")
    upload._name = name  # type: ignore[attr-defined]
    submission = submissions.create_submission(
        team=team, upload=upload, resolution=28, model_name="Model", description="A test."
    )
    stored = Path(submission.file.path)
    assert stored.resolve() == stored
    assert stored.parent == Path(django_settings.SUBMISSION_DIR) / str(team.pk)
    assert "evil" not in stored.name
    assert len(submission.file_name) <= 200
    assert stored.stat().st_mode & 0o077 == 0


def test_a_lost_file_is_no_way_to_learn_where_it_was(submission, team, as_user):
    Path(submission.file.path).unlink()
    client = as_user(team)
    client.raise_request_exception = False
    response = client.get(f"/submissions/{submission.pk}/file/")
    assert response.status_code in (404, 500)
    assert str(django_settings.DATA_DIR) not in response.content.decode()
    assert submission.file.name not in response.content.decode()
