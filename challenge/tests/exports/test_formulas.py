"""Names chosen by teams: no cell of a CSV is a formula, and no name is changed in JSON."""

import io
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.formats.spreadsheets import without_formulas
from challenge.tests.exports.documents import get_json

HOSTILE = [
    '=HYPERLINK("https://evil.example.org","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\rx",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    'quotes "and" commas, and; =1+1',
    "two\nlines\n=1+1",
    "ResNet-18 – größer, 三つ 🧬",
    "</script><b>&amp;",
    "NULL",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_no_formulas(client, team, entry_by_dataset, name):
    entry_by_dataset(team, 0.8, model_name=name)
    (row,) = get_json(client, "/leaderboard.json?entries=all")["rows"]
    assert row["name"] == name
    text = client.get("/leaderboard.csv?entries=all").content.decode()
    read = pd.read_csv(io.StringIO(text, newline=""), keep_default_na=False)
    assert read["name"][0].replace("'", "") == name
    assert not is_formula(read["name"][0])
    assert list(read["auc"]) == [0.8]
    # in a program that separates cells by semicolons, quotation marks do not protect
    assert not any(map(is_formula, text.replace('""', '"').split(";")))


#: The four characters that start a formula, in normal and in full width.
BEGINNINGS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")


def is_formula(cell: str) -> bool:
    return cell.strip().lstrip('" \t\r\n').startswith(BEGINNINGS)


@given(st.text(st.sampled_from([*BEGINNINGS, *";\t\r\n \"'ab"])))
def test_no_cell_of_any_spreadsheet_begins_as_a_formula(text):
    safe = without_formulas(text)
    assert safe.replace("'", "") == text.replace("'", ""), "nothing but apostrophes is added"
    assert not any(map(is_formula, re.split(r"[;\t\r\n]", safe)))
    assert not safe.startswith(("\t", "\r", "\n"))


def test_what_is_no_formula_stays_as_it_is():
    for name in ("ResNet-18 + TTA", "a=b", "me@example.org; 3 seeds", "x - y", "it's"):
        assert without_formulas(name) == name
