"""Markdown of organizers: converted once, and only up to a size, a depth and a time."""

import time

import pytest
from django.core.exceptions import ValidationError

from challenge.formats import markdown
from challenge.formats.markdown import DEEPEST, LONGEST, to_html, validate
from challenge.models import News, SitePage

N = LONGEST
HOSTILE = {
    "brackets": "[" * N,
    "unclosed links": "[a](b " * (N // 6),
    "pictures": "![" * (N // 2),
    "links in links": "[a](" * (N // 4),
    "quotations": ">" * N,
    "spaced quotations": "> " * (N // 2),
    "definitions": "a\n: b\n" * (N // 6),
    "lists": "".join(" " * 4 * depth + "- a\n" for depth in range(110)),
    "emphasis": "**a *b " * (N // 7),
    "code": "".join("`" * n + " " for n in range(1, 240)),
    "tags": "<div>" * (N // 5),
    "comments": "<!--" * (N // 4),
    "addresses": "<http://a" * (N // 9),
    "cells": "|a" * (N // 4) + "\n" + "|-" * (N // 4),
    "references": "[a]: b\n" * (N // 7),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_text_ends_as_html_or_as_it_is(case):
    begun = time.monotonic()
    html = to_html(HOSTILE[case])
    assert isinstance(html, str)
    assert time.monotonic() - begun < 30, "a bound against hanging, not a measurement"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x" * (LONGEST + 1), "at most 30,000 are shown"),
        ("> " * (DEEPEST + 1) + "deep", "nested more than 30 deep"),
        ("[" * (DEEPEST + 1), "More than 30 brackets are open"),
        (HOSTILE["definitions"], "nested too deeply"),
    ],
)
@pytest.mark.parametrize("model", [News, SitePage])
def test_organizers_are_told_what_is_too_much(text, message, model):
    field = model._meta.get_field("text" if model is News else "body")
    with pytest.raises(ValidationError) as error:
        field.run_validators(text)
    assert message in error.value.messages[0]


def test_a_text_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(markdown, "SECONDS", -1.0)
    with pytest.raises(ValidationError, match="Make it simpler"):
        validate("Short.")


def test_a_text_that_was_stored_before_the_bounds_is_shown_as_it_is():
    html = to_html("[" * 100 + "<script>alert(1)</script>")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_ordinary_texts_are_valid():
    validate(
        "# Title\n\n- a (b [c](https://example.org))\n  - d\n\n> quoted\n\n| a | b |\n| - | - |\n| 1 | 2 |\n"
        * 30
    )


def test_a_text_is_converted_once(monkeypatch):
    converted: list[str] = []
    convert = markdown._convert

    def count(text: str, below: int) -> str:
        converted.append(text)
        return convert(text, below)

    monkeypatch.setattr(markdown, "_convert", count)
    text = "Converted **once** in this process."
    assert to_html(text) == to_html(text)
    assert len(converted) == 1
    to_html(text, below=2)
    assert len(converted) == 2
