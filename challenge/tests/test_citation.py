"""Citations of permanent pages: BibTeX that survives any name, and the sources of the numbers."""

import json
import re
from datetime import UTC, datetime

import bibtexparser
import pytest
from bibtexparser.library import Library
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import (  # type: ignore[import-untyped]
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)
from selectolax.lexbor import LexborNode

from challenge.formats.bibtex import escape, problem_of, write_entry
from challenge.models import GroundTruth, PublishedMethod, PublishedScore, Reference, Uncertainty
from challenge.scoring.metrics.ranked import SCORER_VERSION
from challenge.services import groups, history, submissions
from challenge.tests.pages import attribute, element, elements, page_of, text_of
from challenge.tests.test_research import SHIPPED

SHA = "0123456789abcdef" * 4

HOSTILE = [
    r"100 % of R&D: $x_1^2 ~ {a} #1 \ <b>|c",
    "}} and {{",
    r"\input{/etc/passwd}",
    r"ends in a backslash \ ".strip(),
    "quotes \" and “these”, and 'those'",
    "of\nthree\r\nlines",
    "Müller, 三つ, naïve 🧬",
    "@misc{evil, author = {x}}",
    "A and B, C and others",
    "</pre><script>alert(1)</script>",
    "=1+1",
]


def section_of(client: Client, path: str) -> LexborNode:
    """Return the section of a page that says how to cite it."""
    return element(page_of(client, path), "section#citation")


def entries_of(section: LexborNode) -> list[str]:
    """Return the BibTeX entries with their line breaks and spaces."""
    return [entry.text() for entry in elements(section, "pre")]


def parse(text: str) -> dict[str, str]:
    """Parse an entry with a BibTeX library: its fields, the key and the type."""
    library: Library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    (entry,) = library.entries
    assert len(library.blocks) == 1, "there is text before or after the entry"
    return {field.key: field.value for field in entry.fields} | {"ID": entry.key, "TYPE": entry.entry_type}


#: Text symbols of LaTeX that the library does not know, or takes for an accent.
SYMBOLS = {
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciicircum": "^",
}


def printed(latex: str) -> str:
    """Return the text that LaTeX prints, according to a library."""
    known = get_default_latex_context_db()
    symbols = [MacroTextSpec(name, text) for name, text in SYMBOLS.items()]
    known.add_context_category("symbols", prepend=True, macros=symbols)
    return LatexNodes2Text(known, strict_latex_spaces=True).latex_to_text(latex)


def as_printed(text: str) -> str:
    """Return a name as it should be printed: in one line."""
    return " ".join(text.split())


@pytest.fixture
def row(team, uncertain_entry):
    return uncertain_entry(team, 0.9, model_name="ResNet-18", sha256=SHA)


def test_the_entry_of_a_submission(client, row, ground_truth):
    (text,) = entries_of(section_of(client, row.get_absolute_url()))
    assert parse(text) == {
        "TYPE": "misc",
        "ID": f"big_entry_{row.pk}",
        "author": "{Team Alpha}",
        "title": f"{{ResNet-18}}: entry {row.pk} of the {{Biomedical Image Generalization}} benchmark",
        "year": "2026",
        "url": f"{settings.SITE_URL}/submissions/{row.pk}/",
        "note": f"224 pixels, submitted 1 January 2026, scorer version {SCORER_VERSION}, "
        f"labels {ground_truth.checksum[:12]} (demo data, not to be cited)",
    }


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(client, team, row, name):
    type(row).objects.update(model_name=name)
    type(team).objects.update(name=name)
    section = section_of(client, row.get_absolute_url())
    assert not elements(section, "script")
    (text,) = entries_of(section)
    assert problem_of(text, f"big_entry_{row.pk}") is None
    fields = parse(text)
    assert set(fields) == {"TYPE", "ID", "author", "title", "year", "url", "note"}
    assert printed(fields["author"]) == as_printed(name)
    assert printed(fields["title"]).startswith(f"{as_printed(name)}: entry {row.pk} of the Biomedical")
    assert re.fullmatch(r"\{[^{}]*(\{\}[^{}]*)*\}", fields["author"]), "one author, whatever the name says"


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_any_text_is_printed_as_it_is(text):
    latex = escape(text)
    entry = write_entry("misc", "some_key", {"author": f"{{{latex}}}", "year": "2026"})
    assert problem_of(entry, "some_key") is None
    assert not re.search(r"(?<!\\)[%$#&_^~]", latex), "no special is left without its backslash"
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", latex)
    without_commands = re.sub(r"\\(text\w+\{\}|[&%$#_])", "", latex)
    assert not set(r"\{}<>|") & set(without_commands)


def test_specials_are_those_of_latex():
    assert escape(r"50 % & $5 #1 a_b") == r"50 \% \& \$5 \#1 a\_b"
    assert escape("{~^\\<>|}") == (
        r"\textbraceleft{}\textasciitilde{}\textasciicircum{}\textbackslash{}\textless{}\textgreater{}"
        r"\textbar{}\textbraceright{}"
    )


def test_where_the_numbers_come_from(client, row, ground_truth):
    section = section_of(client, row.get_absolute_url())
    facts = [text_of(cell) for cell in elements(section, "dt, dd")]
    assert dict(zip(facts[::2], facts[1::2], strict=True)) == {
        "Permanent address": f"{settings.SITE_URL}/submissions/{row.pk}/",
        "File, SHA-256": SHA,
        "Labels, SHA-256": f"Demo labels: {ground_truth.checksum}",
        "Scorer": f"version {SCORER_VERSION}",
        "Bootstrap": "version 2, 1,000 replicates",
    }
    (link,) = attribute(section, "a[href$='result.json']", "href")
    assert json.loads(client.get(link.removeprefix(settings.SITE_URL)).content)["sha256"] == SHA
    assert page_of(client, row.get_absolute_url()).count(SHA) == 1

    Uncertainty.objects.update(status=Uncertainty.Status.RUNNING, results_version="")
    assert "Bootstrap" not in text_of(section_of(client, row.get_absolute_url()))


def test_a_study_is_cited_first(client, team, uncertain_entry):
    with_study = uncertain_entry(team, 0.9, study_url="https://doi.org/10.1000/1")
    without = uncertain_entry(team, 0.9)
    study = 'a[href="https://doi.org/10.1000/1"][rel="nofollow noopener"]'
    assert text_of(element(section_of(client, with_study.get_absolute_url()), study)) == "study"
    assert "study" not in text_of(section_of(client, without.get_absolute_url()))


def test_real_labels_are_to_be_cited(client, row):
    assert "not to be cited" in text_of(section_of(client, row.get_absolute_url()))
    GroundTruth.objects.update(is_demo=False)
    assert "not to be cited" not in text_of(section_of(client, row.get_absolute_url()))


def test_the_versions_are_those_that_scored_it(client, row):
    """The citation does not name today's versions."""
    evaluation = row.evaluations.get()
    evaluation.scorer_version = "0"
    evaluation.save()
    GroundTruth.objects.create(name="New", checksum="f" * 64, activated_at=datetime(2099, 1, 1, tzinfo=UTC))
    shown = text_of(section_of(client, row.get_absolute_url()))
    assert "scorer version 0" in shown
    assert "ffffff" not in shown


def test_what_is_not_public_is_not_cited(team, as_user, row, submit):
    queued = submit(team)
    submissions.disqualify(row, "Trained on the test set.", by=history.COMMAND)
    for submission in (row, queued):
        section = section_of(as_user(team), submission.get_absolute_url())
        assert entries_of(section) == []
        assert not elements(section, "h2")


def test_it_appears_when_the_scores_do(client, team, as_user, row):
    """The page is not loaded again."""
    section = section_of(client, f"{row.get_absolute_url()}result/")
    assert section.attributes["hx-swap-oob"] == "true"
    assert entries_of(section) == entries_of(section_of(client, row.get_absolute_url()))


def test_a_group(client, team, uncertain_entry, ground_truth):
    runs = [uncertain_entry(team, 0.8, sha256=f"{number:064}") for number in range(3)]
    group = groups.create_group(team=team, name="50 % dropout", members=[run.pk for run in runs])
    section = section_of(client, group.get_absolute_url())
    fields = parse(entries_of(section)[0])
    assert fields["ID"] == f"big_seeds_{group.pk}"
    assert printed(fields["title"]).startswith(f"50 % dropout: mean of 3 seeds, group {group.pk} of the")
    assert fields["author"] == "{Team Alpha}"
    assert fields["url"] == f"{settings.SITE_URL}/groups/{group.pk}/"
    shown = text_of(section)
    assert ground_truth.checksum in shown
    for run in runs:
        assert text_of(element(section, f'a[href="{run.get_absolute_url()}"]')) == f"#{run.pk}"
        assert run.sha256 in shown
    assert "Bootstrap" in shown
    Uncertainty.objects.filter(evaluation__submission=runs[0]).delete()
    assert "Bootstrap" not in text_of(section_of(client, group.get_absolute_url()))


def test_a_group_without_figures(team, as_user, uncertain_entry):
    runs = [uncertain_entry(team, 0.8, sha256=f"{number:064}") for number in range(2)]
    group = groups.create_group(team=team, name="Seeds", members=[run.pk for run in runs])
    submissions.disqualify(runs[0], "Trained on the test set.", by=history.COMMAND)
    assert entries_of(section_of(as_user(team), group.get_absolute_url())) == []


@pytest.fixture
def method(db) -> PublishedMethod:
    Reference.objects.all().delete()
    Reference.objects.bulk_create(Reference(**entry) for entry in SHIPPED)
    return PublishedMethod.objects.create(scheme="end-to-end", architecture="resnet18", resolution=64)


@pytest.mark.parametrize(
    ("sources", "keys"),
    [
        (["doerrich2024"], ["doerrich2025rethinking"]),
        (["thesis2024"], ["bachmeier2024designing"]),
        (["thesis2024", "doerrich2024"], ["doerrich2025rethinking", "bachmeier2024designing"]),
        (["doerrich2024", "reevaluated"], ["doerrich2025rethinking", "big_published_{}"]),
    ],
)
def test_a_published_method_is_cited_by_its_sources(client, method, sources, keys):
    for source in sources:
        for metric in ("auc", "accuracy"):
            PublishedScore.objects.create(
                method=method, source=source, dataset="average", metric=metric, mean=0.9
            )
    entries = entries_of(section_of(client, method.get_absolute_url()))
    assert [parse(entry)["ID"] for entry in entries] == [key.format(method.pk) for key in keys]
    texts = {entry["key"]: entry["bibtex"] for entry in SHIPPED}
    for key, entry in zip(keys, entries, strict=True):
        if key in texts:
            assert entry == texts[key]
        else:
            assert printed(parse(entry)["title"]).startswith("ResNet-18, end-to-end: weights evaluated for")


def test_a_source_that_the_bibliography_lost(client, method):
    PublishedScore.objects.create(
        method=method, source="thesis2024", dataset="average", metric="auc", mean=0.9
    )
    Reference.objects.all().delete()
    section = section_of(client, method.get_absolute_url())
    assert entries_of(section) == []
    assert f"{settings.SITE_URL}/published/{method.pk}/" in text_of(section)


def test_the_work_behind_the_benchmark_is_in_every_document(client, method):
    document = json.loads(client.get("/leaderboard.json").content)
    assert parse(document["citation"])["ID"] == "bachmeier2024designing"
    assert document["how_to_cite"] == f"{settings.SITE_URL}/challenge/#citing"
    assert element(page_of(client, "/challenge/"), "#citing")
    Reference.objects.all().delete()
    assert json.loads(client.get("/leaderboard.json").content)["citation"] is None
