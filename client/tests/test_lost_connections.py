"""Uploads to a real server while connections are lost and the server is killed: one submission in the end."""

import pytest

from accounts import tokens
from challenge.models import Submission
from challenge.tests.api.server import serve  # noqa: F401  # fixture
from challenge.tests.faulty_proxy import FaultyProxy
from medbig import Client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ground_truth")]


@pytest.mark.parametrize("arrives", [100_000, None], ids=["half of the upload", "the answer is lost"])
def test_a_server_that_is_killed_meanwhile_has_one_submission(arrives, serve, team, tmp_path):  # noqa: F811
    server, address = serve()
    port = int(address.rpartition(":")[2])
    path = tmp_path / "predictions.csv"
    path.write_bytes(b"predictions\n" * 20_000)
    _, token = tokens.create(team, name="test", scope="submit", expires_at=None)
    with FaultyProxy(port).running() as proxy:
        proxy.loses, proxy.arrives = b"POST /api/v1/submissions", arrives
        before: list[int] = []

        def start_again(seconds: float) -> None:
            before.append(Submission.objects.count())
            server.kill()
            serve(port)
            proxy.loses = None

        client = Client(proxy.url, token, sleep=start_again)
        sent = client.submit(path, model_name="ResNet", description="Sent twice.", resolution=28)
    assert proxy.n_lost == len(before) == 1
    assert before == [0 if arrives else 1]
    assert sent.id == Submission.objects.get().pk
