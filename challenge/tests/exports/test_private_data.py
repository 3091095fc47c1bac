"""Private data is in no export."""

import json

from challenge.models import Evaluation
from challenge.services import history, submissions
from challenge.tests.exports.documents import ENTRY, HEAD, get_json


def test_what_is_hidden_is_in_no_file(client, team, as_user, submit, uncertain_entry):
    uncertain_entry(team, 0.9, model_name="Shown")
    hidden = uncertain_entry(team, 0.95, model_name="Out of the race")
    submissions.disqualify(hidden, "Trained on the test set.", by=history.COMMAND)
    queued = submit(team, model_name="Still waiting", resolution=224)
    for client_of in (client, as_user(team)):
        for suffix in ("csv", "json"):
            text = client_of.get(f"/leaderboard.{suffix}?entries=all").content.decode()
            assert "Shown" in text
            assert "Out of the race" not in text
            assert "Still waiting" not in text
            assert "alpha@example.org" not in text
    for submission in (hidden, queued):
        assert client.get(f"/submissions/{submission.pk}/result.json").status_code == 404
        assert as_user(team).get(f"/submissions/{submission.pk}/result.json").status_code == 200


def test_a_submission_says_nothing_private(client, team, as_user, uncertain_entry):
    row = uncertain_entry(team, 0.9, file_name="canary.csv", disqualification_reason="canary of a reason")
    Evaluation.objects.update(problems=["canary of a problem"])
    for viewer in (client, as_user(team)):
        document = get_json(viewer, f"/submissions/{row.pk}/result.json")
        assert set(document) == HEAD | ENTRY
        assert "canary" not in json.dumps(document)
        assert "example.org" not in json.dumps(document)
