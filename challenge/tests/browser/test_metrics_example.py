"""Example of the Metrics page in a browser: the script and the server compute the same."""

import pytest
from playwright.sync_api import Page, expect

from challenge.content.worked_example import EXAMPLES, Example
from challenge.scoring.metrics.ranked import METRICS

pytestmark = pytest.mark.browser

OTHERS = [
    Example("Ties within and between the classes", (0.5, 0.5, 0.5, 0.55, 0.55, 0.55, 0.45, 0.45, 0.0, 1.0)),
    Example("All at the ends", (1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0)),
    Example("All class 1", (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.55)),
]


def set_sliders(page: Page, example: Example) -> None:
    for slider, probability in zip(page.get_by_role("slider").all(), example.probabilities, strict=True):
        slider.evaluate(
            "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input')); }",
            probability,
        )


def assert_shows(page: Page, example: Example) -> None:
    """Assert that the page shows the texts that the server would write for these probabilities."""
    for metric in METRICS:
        shown = page.locator(f"[data-metric={metric}]")
        value = getattr(example.scores, metric)
        assert float(shown.get_attribute("value") or "nan") == pytest.approx(value, rel=0, abs=1e-12), metric
        assert shown.inner_text() == f"{value:.4f}"
    counts = [int(count) for count in page.locator("[data-count]").all_inner_texts()]
    assert counts == [count for row in example.confusion for count in row]
    points = page.locator("[data-roc]").get_attribute("points") or ""
    curve = [tuple(float(number) for number in point.split(",")) for point in points.split()]
    assert [pytest.approx(point, abs=1e-12) for point in example.roc_curve] == curve
    decision = page.locator("[data-decision]")
    assert (
        float(decision.get_attribute("cx") or 2),
        float(decision.get_attribute("cy") or 2),
    ) == pytest.approx(example.decision_point)
    predicted = [f"{p}" if p == t else f"{p} wrong" for t, _, p in example.images]
    assert page.locator("[data-predicted]").all_inner_texts() == predicted
    shown_probabilities = page.locator("[data-truth] data").all_inner_texts()
    assert shown_probabilities == [f"{p:.2f}" for p in example.probabilities]


def test_the_script_agrees_with_the_server(visits):
    page = visits.open("/metrics/")
    for example in [EXAMPLES[0], *OTHERS]:
        set_sliders(page, example)
        assert_shows(page, example)


def test_the_settings_of_other_models(visits):
    page = visits.open("/metrics/")
    for example in reversed(EXAMPLES):
        page.get_by_role("button", name=f"Try: {example.name}").click()
        assert_shows(page, example)
    expect(page.get_by_role("status")).to_contain_text(f"AUC {EXAMPLES[0].scores.auc:.4f}")


def test_by_keyboard(visits):
    page = visits.open("/metrics/")
    slider = page.get_by_role("slider", name="Probability of class 1 for image 7")
    slider.focus()
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    probabilities = list(EXAMPLES[0].probabilities)
    assert probabilities[6] == 0.45
    probabilities[6] = 0.55
    moved = Example("Moved", tuple(probabilities))
    assert_shows(page, moved)
    expect(page.get_by_role("status")).to_contain_text(f"Accuracy {moved.scores.accuracy:.4f}")


def test_without_scripts_the_numbers_are_shown(visits):
    page = visits.open("/metrics/", java_script_enabled=False)
    assert_shows(page, EXAMPLES[0])
    expect(page.get_by_role("slider")).to_have_count(0)
    expect(page.get_by_role("button", name="Try")).to_have_count(0)


def test_wide_formulas_scroll_in_their_box(visits):
    page = visits.open("/metrics/", viewport={"width": 360, "height": 800})
    box = page.get_by_label("Formula of Cohen's kappa")
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_a_bibtex_entry_is_copied(visits):
    page = visits.open("/research/", permissions=["clipboard-read", "clipboard-write"])
    work = page.locator("#ref-cohen1960coefficient")
    work.locator("summary").click()
    button = work.get_by_role("button", name="Copy")
    button.click()
    expect(work.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == work.locator("pre").inner_text()
    expect(button).to_be_visible()
