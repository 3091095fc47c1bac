"""The interface keeps what its description (OpenAPI) promises, for random requests with and without tokens.

Half of the requests are about objects that exist, in many states, so that they get further than "not found".
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from accounts import tokens
from bigsite.wsgi import application
from challenge.api.interface import interface
from challenge.models import Phase
from challenge.services import entries, groups, submissions
from challenge.tests.api.operations import OPERATIONS, ROOT, STATEMENTS
from challenge.tests.releases.conftest import folder  # noqa: F401  # archives in a folder of the test
from challenge.tests.releases.frozen import freeze

CHECKED = hypothesis_settings(
    max_examples=16, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the connection with the test's transaction open after a request, as Django's test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def there(submit, uncertain_entry, entry, team, other_team, folder) -> dict[str, list[Any]]:  # noqa: F811
    """Objects that exist, by the name of the parameter: submissions in every state, a group, a release."""
    Phase.objects.update(daily_limit=10_000, total_limit=10_000)
    seeds = [uncertain_entry(team, auc, sha256=f"{auc}") for auc in (0.81, 0.82)]
    group = groups.create_group(team=team, name="Seeds", members=[seed.pk for seed in seeds])
    queued, private, withdrawn, disqualified = (
        submit(team, content=f"{number}".encode()) for number in range(4)
    )
    anonymous = uncertain_entry(team, 0.7, visibility="anonymous")
    entries.set_visibility(private, "private")
    freeze()
    entries.withdraw(withdrawn, delete_file=False)
    submissions.disqualify(disqualified, "Trained on the test images.", by="manage.py")
    own = [queued, private, anonymous, withdrawn, disqualified, *seeds]
    numbers = [one.pk for one in (*own, entry(other_team, 0.8))]
    return {"number": numbers, "entry": numbers, "group": [group.pk], "name": ["2027.1"]}


def upload_of(body: object, data: st.DataObject) -> bytes:
    """Return a form with a file, valid statements, and at most one of the random statements of a request."""
    random = body if isinstance(body, dict) else {}
    chosen = data.draw(st.sampled_from(["", *sorted(random.keys() - {"upload", "phase"})]))
    about = STATEMENTS | ({chosen: random[chosen]} if chosen else {})
    texts = {name: "" if value is None else str(value) for name, value in about.items()}
    upload = SimpleUploadedFile("predictions.csv", b"other predictions")
    return encode_multipart(BOUNDARY, {**texts, "upload": upload})


@pytest.mark.parametrize("with_token", [False, True])
def test_no_request_gets_an_answer_that_is_not_described(
    with_token, there, team, one_connection, monkeypatch
):
    monkeypatch.setattr(interface.throttle, "num_requests", 1_000_000)
    token = tokens.create(team, name="test", scope="submit", expires_at=None)[1]
    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token}"} if with_token else {})
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", application)
    reached = defaultdict(set)
    for operation in (found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)):

        @CHECKED
        @given(case=operation.as_strategy(), is_known=st.booleans(), data=st.data())
        def run(case: schemathesis.Case, is_known: bool, data: st.DataObject) -> None:
            more: dict[str, Any] = {}
            if is_known:
                case.path_parameters = {
                    name: data.draw(st.sampled_from(there[name])) for name in case.path_parameters or {}
                }
                if case.method == "POST" and case.path == f"{ROOT}/submissions":
                    more = {"data": upload_of(case.body, data)}
                    case.headers["Content-Type"] = MULTIPART_CONTENT
            point = transaction.savepoint()  # a change must not spoil the next request
            # random files and texts follow the description, and are refused for what they say
            response = case.call_and_validate(
                headers=headers, excluded_checks=[positive_data_acceptance], **more
            )
            transaction.savepoint_rollback(point)
            reached[f"{case.method.lower()} {case.path.removeprefix(ROOT)}"].add(response.status_code)

        run()
    assert reached.keys() == {str(one) for one in OPERATIONS}
    for one in OPERATIONS:
        expected = one.status if with_token or one.scope == "none" else 401
        assert expected in reached[str(one)], f"{one}: {reached[str(one)]}"
    assert set().union(*reached.values()) >= ({404, 409, 422} if with_token else {401, 404})


def test_the_page_of_the_description_loads_nothing_from_elsewhere(client, db):
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "https://cdn" not in page.text
    assert settings.STATIC_URL + "ninja/" in page.text
