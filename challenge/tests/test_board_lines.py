"""Lines of the board: texts of a row, and their way through JSON."""

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from challenge.leaderboard.filters import Filters
from challenge.leaderboard.lines import Cell, Line
from challenge.leaderboard.page import ranked_rows
from challenge.leaderboard.standings import STANDINGS
from challenge.leaderboard.stored_lines import LINE
from challenge.leaderboard.stored_lines import LINES as STORED_LINES
from challenge.models import Submission
from challenge.results.rows import Kind
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import groups
from challenge.tests.pages import text_of

TEXT, NUMBER = st.text(max_size=20), st.floats(allow_nan=False, allow_infinity=False)
CELL = st.builds(
    Cell,
    value=NUMBER,
    low=st.none() | NUMBER,
    high=st.none() | NUMBER,
    text=TEXT,
    interval=TEXT,
    std=TEXT,
    source=TEXT,
)
LINES = st.builds(
    Line,
    kind=st.sampled_from(Kind),
    cells=st.dictionaries(st.sampled_from(METRICS), CELL),
    datasets=st.dictionaries(st.sampled_from(METRICS), st.tuples(*[TEXT] * 12)),
    parameters=st.none() | NUMBER,
)


@given(LINES)
def test_a_line_is_the_same_after_json(line):
    again = LINE.validate_json(LINE.dump_json(line))
    assert again == line
    assert repr(again) == repr(line), "the types, too"


@pytest.fixture
def lines(uncertain_entry, team, other_team) -> dict[str, Line]:
    """Lines of an entry with facts, of a group of seeds, and of the published results, by their labels."""
    call_command("import_reported_baselines", verbosity=0)
    single = uncertain_entry(
        team, 0.98, model_name="Single", external_data=True, special_methods="An ensemble"
    )
    facts = {
        "parameters_millions": 11.17651,
        "family": "cnn",
        "pretraining": "natural",
        "training_hours": 36.5,
    }
    about = {"pretraining_name": "ImageNet-1k", "study_url": "https://doi.org/10.1/x", "code_licence": "MIT"}
    Submission.objects.filter(pk=single.pk).update(**facts, **about)
    seeds = [
        uncertain_entry(other_team, auc, sha256=f"{auc}", model_name=f"Seed {auc}") for auc in (0.85, 0.851)
    ]
    groups.create_group(team=other_team, name="Seeds", members=[seed.pk for seed in seeds])
    STORED_LINES.get({"resolution": 224})
    standings = STANDINGS.get(Filters().ranking_values).value
    ranked = ranked_rows(Filters(), standings, range(len(standings.keys)))
    return {row.line.label: row.line for row in ranked.values()}


def test_texts_of_an_entry(lines):
    line = lines["Single (Team Alpha)"]
    assert (line.label, line.words) == ("Single (Team Alpha)", "single (team alpha)")
    assert line.about == "Team Alpha"
    assert text_of(line.head) == "Single study non-standard Team Alpha , 1 Jan 2026 , one run"
    assert (line.parameters, line.family, line.pretraining) == (11.17651, "cnn", "natural")
    assert (line.parameters_text, line.family_text) == ("11.2 M", "CNN")
    assert line.pretraining_text == "natural images (ImageNet-1k)"
    assert line.time_text == "36.5 hours"
    assert line.evidence_text == "study linked, one run, licence MIT"
    assert text_of(line.attempts) == ", best of 1"
    cell = line.cells["auc"]
    assert cell.text == "0.9800"
    assert cell.interval == f"{cell.low:.4f}–{cell.high:.4f}"
    assert line.datasets["auc"][:2] == ("0.9800", "0.9700")


def test_texts_of_a_group_and_of_a_published_result(lines):
    group, published = lines["Seeds (Team Beta)"], lines["VGG16, end-to-end"]
    assert (group.kind, group.evidence_text) == (Kind.SEEDS, "predictions only, 2 seeds")
    assert group.cells["auc"].std == "0.0007"
    assert published.is_published
    assert (published.about, published.evidence_text) == ("end-to-end", "publication")
    assert text_of(published.head) == "VGG16 published end-to-end"
    assert published.cells["auc"].source == "Doerrich et al. (2025); Bachmeier (2024): 0.9530"
    assert published.cells["auc"].interval == ""
    assert published.family == "cnn"


def test_every_line_of_a_board_is_kept_by_json(lines):
    for line in lines.values():
        assert LINE.validate_json(LINE.dump_json(line)) == line
