"""Access to the zip of all figures of an entry, and to the same figures for the browser."""

import io
import zipfile

from challenge.entries import figures_zip
from challenge.entries.figures import all_figures
from challenge.figures.figure import FILE_WIDTH
from challenge.models import ranked_versions
from challenge.services import history, submissions


def test_the_zip_is_served_once_it_is_there(entry, quick, client):
    address = f"/submissions/{entry.submission_id}/figures.zip"
    page = f"/submissions/{entry.submission_id}/"
    assert client.get(address).status_code == 404
    assert address not in client.get(page).content.decode()
    figures_zip.render_figures(entry.pk)
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert f'"big-submission-{entry.submission_id}-figures.zip"' in response["Content-Disposition"]
    assert "private" in response["Cache-Control"]
    assert zipfile.ZipFile(io.BytesIO(response.getvalue())).testzip() is None
    assert address in client.get(page).content.decode()


def test_of_a_hidden_submission_nobody_else_gets_anything(entry, quick, client, as_user, team, other_team):
    figures_zip.render_figures(entry.pk)
    submissions.disqualify(entry.submission, "Cheating.", by=history.COMMAND)
    for kind in ("zip", "json"):
        address = f"/submissions/{entry.submission_id}/figures.{kind}"
        assert client.get(address).status_code == 404
        assert as_user(other_team).get(address).status_code == 404
        assert as_user(team).get(address).status_code == 200


def test_the_browser_gets_the_same_figures_to_draw(entry, client, ground_truth):
    response = client.get(
        f"/submissions/{entry.submission_id}/figures.json", headers={"Accept-Encoding": "gzip"}
    )
    assert response["Content-Encoding"] == "gzip"
    about = client.get(f"/submissions/{entry.submission_id}/figures.json").json()
    assert about["name"] == f"big-submission-{entry.submission_id}-figures"
    assert about["readme"] == figures_zip.readme(entry.submission, entry)
    figures = all_figures(entry.submission, entry, ranked_versions())
    assert [spec["name"] for spec in about["figures"]] == [f.name for f in figures]
    assert all(spec["file"]["width"] >= FILE_WIDTH and spec["rows"] for spec in about["figures"])
