"""Pages of the challenge and its design: their facts come from the database and the benchmark's definition."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from challenge.content.bibliography import shipped_works
from challenge.content.datasets import ABOUT_DATASETS
from challenge.content.reference_standards import REFERENCE_STANDARDS
from challenge.content.timeline import State, phases_in_force, timeline
from challenge.models import Phase
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of

PAGES = ["/challenge/", "/challenge/design/"]
NOW = timezone.now()
DAY = timedelta(days=1)


@pytest.fixture
def phase(db) -> Phase:
    """The only phase, open."""
    Phase.objects.all().delete()
    return Phase.objects.create(
        name="Winter round", opens_at=NOW - DAY, daily_limit=17, total_limit=423, daily_failure_limit=58
    )


@pytest.mark.parametrize("page", PAGES)
def test_it_works(client, phase, page):
    assert text_of(element(page_of(client, page), "h1"))


def test_the_limits_are_those_of_the_phase(client, phase, settings):
    settings.MAX_UPLOAD_BYTES = 5 * 2**20
    shown = text_of(page_of(client, "/challenge/"))
    assert (
        "In the phase “Winter round”, each team has 17 submissions a day 423 submissions in all 58 failed"
        in shown
    )
    assert filesizeformat(5 * 2**20).replace("\xa0", " ") in shown
    assert "17 submissions a day (UTC) and 423 in all" in text_of(page_of(client, "/challenge/design/"))
    Phase.objects.update(daily_limit=1, total_limit=1000)
    shown = text_of(page_of(client, "/challenge/"))
    assert "1 submission a day 1,000 submissions in all" in shown
    assert "423" not in shown


def test_times_are_elements_that_the_script_reads(client, phase):
    Phase.objects.update(opens_at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC))
    for page in PAGES:
        times = elements(page_of(client, page), 'time[datetime="2026-03-01T12:30:00+00:00"]')
        assert "1 March 2026, 12:30 UTC" in [text_of(time) for time in times]


def test_a_phase_that_is_over(client, phase):
    Phase.objects.update(closes_at=NOW - timedelta(hours=1))
    shown = text_of(page_of(client, "/challenge/"))
    assert "Winter round over From" in shown
    assert "In the phase “Winter round”, which is over, each team had 17 submissions" in shown
    assert "Submissions are closed at the moment." in shown


def test_a_phase_to_come(client, phase):
    Phase.objects.update(opens_at=NOW + DAY)
    shown = text_of(page_of(client, "/challenge/"))
    assert "Winter round to come From" in shown
    assert "When the phase “Winter round” opens, each team has 17 submissions" in shown
    assert "Submissions are closed at the moment. Winter round opens" in shown


def test_no_phase(client, phase):
    Phase.objects.all().delete()
    shown = text_of(page_of(client, "/challenge/"))
    assert "so no limits are set" in shown
    assert "No phase is announced yet. Its dates will appear here." in shown
    assert "No phase is announced yet." in text_of(page_of(client, "/challenge/design/"))


def test_past_current_and_upcoming_in_order_of_time(client, phase):
    Phase.objects.create(name="Autumn round", opens_at=NOW - 90 * DAY, closes_at=NOW - 60 * DAY)
    Phase.objects.create(name="Spring round", opens_at=NOW + 60 * DAY, daily_limit=3)
    shown = text_of(page_of(client, "/challenge/"))
    order = [shown.index(f"{name} From") for name in ("Autumn round over", "Winter round open now")]
    order.append(shown.index("Spring round to come From"))
    assert order == sorted(order)
    assert "In the phase “Winter round”, each team has 17" in shown
    assert "Submissions are closed" not in shown


def test_the_timeline_agrees_with_what_the_form_takes():
    """A phase runs until it closes, also while another one runs."""
    first = Phase(pk=1, name="first", opens_at=NOW - 9 * DAY)
    second = Phase(pk=2, name="second", opens_at=NOW - 3 * DAY, closes_at=NOW - DAY)
    third = Phase(pk=3, name="third", opens_at=NOW + DAY, closes_at=NOW + 2 * DAY)
    spans = timeline([third, first, second], NOW)
    assert [(s.phase, s.state) for s in spans] == [
        (first, State.CURRENT),
        (second, State.PAST),
        (third, State.UPCOMING),
    ]
    assert phases_in_force(spans) == [first]
    assert phases_in_force(timeline([second, third], NOW)) == [third]
    assert phases_in_force(timeline([second], NOW)) == [second]
    assert phases_in_force(timeline([first, second], NOW - 2 * DAY)) == [first, second]
    assert phases_in_force([]) == []


def test_the_limits_of_all_open_phases_are_shown(client, phase):
    Phase.objects.create(name="Autumn round", opens_at=NOW - DAY, daily_limit=3)
    shown = text_of(page_of(client, "/challenge/"))
    assert "In the phase “Winter round”, each team has 17 submissions" in shown
    assert "In the phase “Autumn round”, each team has 3 submissions" in shown


def test_sizes_are_those_of_the_benchmark(client, phase):
    shown = text_of(page_of(client, "/challenge/"))
    assert f"predicts all {MEDMNIST_PLUS.n_rows:,} test images of these datasets" in shown
    assert "2 binary datasets" in shown
    assert "8 multi-class datasets" in shown
    assert "1 multi-label dataset " in shown
    assert "1 ordinal dataset " in shown
    assert "156 test images of BreastMNIST weigh as much as the 47,280 of TissueMNIST" in shown


def test_the_design_has_a_row_for_each_dataset(client, phase):
    shown = text_of(page_of(client, "/challenge/design/"))
    for about in ABOUT_DATASETS.values():
        sizes = f"{about.n_train:,} / {about.n_val:,} / {about.dataset.n_test:,}"
        assert sizes in shown, about.name
        assert REFERENCE_STANDARDS[about.name].text in shown
        assert REFERENCE_STANDARDS[about.name].works
    assert "CC BY-NC 4.0: DermaMNIST." in shown
    assert "one image of BreastMNIST is 0.64 percentage points" in shown


def test_the_works_behind_the_design_are_in_the_bibliography(client, phase):
    cited = attribute(page_of(client, "/challenge/design/"), '[href^="/research/#ref-"]', "href")
    standards = {key for standard in REFERENCE_STANDARDS.values() for key in standard.works}
    assert {f"/research/#ref-{key}" for key in standards} <= set(cited)
    assert {address.removeprefix("/research/#ref-") for address in cited} <= set(shipped_works())


def test_the_thesis_is_cited_as_in_the_bibliography(client, phase):
    entry = text_of(element(page_of(client, "/challenge/"), '[aria-label="BibTeX of the thesis"]'))
    assert entry == " ".join(shipped_works()["bachmeier2024designing"]["bibtex"].split())


def test_every_dataset_has_a_reference_standard():
    assert list(REFERENCE_STANDARDS) == [dataset.name for dataset in MEDMNIST_PLUS]


@pytest.mark.parametrize("page", PAGES)
def test_that_the_labels_are_public_is_said(client, phase, page):
    assert "public" in text_of(page_of(client, page))
    design = text_of(page_of(client, "/challenge/design/"))
    assert "Who can see the test labels, and when Everybody, at any time." in design


def test_a_citation_names_the_versions_in_force(client, phase, ground_truth):
    shown = text_of(page_of(client, "/challenge/"))
    assert f"labels of version {ground_truth.version} (demo data, not to be cited)" in shown
    assert f"scorer version 1, labels {ground_truth.version}" in shown
    assert "version 1.1 of this document" in text_of(page_of(client, "/challenge/design/")).lower()


@pytest.mark.parametrize("page", PAGES)
def test_the_contents_lead_to_headings_of_the_page(client, phase, page):
    html = page_of(client, page)
    targets = attribute(region(html, "On this page"), "a", "href")
    assert targets == [f"#{name}" for name in attribute(html, "h2", "id")]


def test_headings_are_in_order(client, phase):
    for page in PAGES:
        headings = elements(page_of(client, page), "h1, h2, h3, h4, h5, h6")
        levels = [int(str(heading.tag)[1]) for heading in headings]
        assert all(after - before <= 1 for before, after in pairwise(levels)), page


@pytest.mark.parametrize("page", PAGES)
def test_the_number_of_queries_is_fixed(client, phase, django_assert_max_num_queries, page):
    for number in range(5):
        Phase.objects.create(name=f"Round {number}", opens_at=NOW - (number + 2) * DAY)
    with django_assert_max_num_queries(4):
        client.get(page)
