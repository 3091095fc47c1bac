"""Long names and words on a narrow screen: they wrap, and a file name keeps its end."""

import json

import pytest
from playwright.sync_api import expect

from challenge.tests.browser.newcomers import PASSWORD

pytestmark = pytest.mark.browser

START = "predictions-of-the-last-epoch-with-a-balanced-sampler-and-flips-and-rotations"
ADD = f"""
import json
from django.core.files.uploadedfile import SimpleUploadedFile
from accounts.models import Team
from challenge.services import submissions
from challenge.tests.browser.newcomers import log_in
team = Team.objects.create_user("Team Longwords", "longwords@example.org", "{PASSWORD}")
for seed in (128, 129):
    submission = submissions.create_submission(
        team=team, upload=SimpleUploadedFile(f"{START}-seed-{{seed}}.csv.gz", b"%d" % seed), resolution=28,
        model_name="Model" * 20, description="word" * 300, special_methods="ensemble" * 25,
        study_url="https://example.org/" + "x" * 200)
print(json.dumps([submission.get_absolute_url(), log_in([team.name])[team.name]]))
"""


@pytest.fixture(scope="module")
def long_names(demo) -> tuple[str, str]:
    """Address of a submission with long words everywhere, one of two of its team, and a session of the team."""
    address, session = json.loads(demo.run(ADD))
    return address, session


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_widens_the_page_and_the_ends_of_file_names_are_seen(visits, long_names, width):
    address, session = long_names
    page = visits.open(session=session, viewport={"width": width, "height": 900})
    for path in ("/profile/", address):
        page.goto(path)
        page.get_by_text("Failed").first.wait_for()
        assert page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), path
    page.goto("/profile/")
    for seed in (129, 128):
        end = page.get_by_text(f"-seed-{seed}.csv.gz", exact=True)
        end.scroll_into_view_if_needed()
        expect(end).to_be_in_viewport()
        box = end.bounding_box()
        assert box
        assert box["x"] + box["width"] <= width
        assert box["height"] < 30, "on one line"
