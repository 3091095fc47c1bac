"""What a page weighs when it is opened for the first time: everything that comes over the line, as compressed."""

import pytest

from challenge.tests.browser.test_pages import FOR_EVERYONE

pytestmark = pytest.mark.browser

PLAIN, WITH_FIGURES = 150_000, 700_000


@pytest.mark.parametrize("name", FOR_EVERYONE)
def test_pages_are_light(visits, scenes, name):
    page = visits.open("about:blank", status=None)
    received: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(FOR_EVERYONE[name] or scenes[name], wait_until="networkidle")
    limit = WITH_FIGURES if page.locator("script[data-plotly]").count() else PLAIN
    assert len(received) > 3
    assert sum(received) <= limit, f"{name} weighs {sum(received) / 1000:.0f} kB"
