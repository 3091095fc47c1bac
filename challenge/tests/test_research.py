"""Research page, its BibTeX file, and the bibliography in the admin."""

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.test import Client

import challenge
from challenge.formats.bibtex import problem_of
from challenge.models import HistoryLine, Phase, Reference
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.tests.pages import attribute, element, elements, page_of, text_of

SHIPPED = json.loads((Path(challenge.__file__).parent / "content" / "references.json").read_text("utf-8"))
ENTRY = "@article{doe2024some,\n  author = {Doe, Jane},\n  title = {{Some work}},\n  year = {2024}\n}"
WORK = {
    "key": "doe2024some",
    "topic": "data",
    "title": "Some work",
    "authors": "Doe, J.",
    "venue": "Journal of Works",
    "year": 2024,
    "url": "https://doi.org/10.1000/1",
    "summary": "What it is good for.",
    "bibtex": ENTRY,
}


@pytest.fixture
def shipped(db) -> None:
    """The works of a new site, whatever other tests left in the database."""
    Reference.objects.all().delete()
    Reference.objects.bulk_create(Reference(**entry) for entry in SHIPPED)


@pytest.fixture
def page(client, shipped) -> str:
    return page_of(client, "/research/")


def fields_of(entry: str) -> dict[str, str]:
    """Parse one BibTeX entry, whose fields are in balanced braces."""
    beginning = re.match(r"@(\w+)\{([^,]+),", entry)
    assert beginning, entry
    fields = {"ENTRYTYPE": beginning[1], "ID": beginning[2]}
    place = beginning.end()
    while field := re.compile(r"\s*(\w+)\s*=\s*\{").match(entry, place):
        depth, end = 1, field.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(entry[end], 0)
            end += 1
        fields[field[1]] = entry[field.end() : end - 1]
        place = end + (entry[end] == ",")
    assert entry[place:].strip() == "}", entry
    return fields


def plain(text: str) -> str:
    """Remove LaTeX's braces and accents, and ignore dashes and case."""
    text = re.sub(r"\\[v\"'.]", "", text).replace(r"\l", "l").replace("--", "–")
    accents = str.maketrans("éšüłŻż", "esulZz")
    return re.sub(r"[{}]", "", text).translate(accents).lower()


def test_a_new_site_has_the_shipped_works(db):
    """Migration 0004 loads the works."""
    assert len(SHIPPED) >= 18
    if Reference.objects.exists():  # a committing test leaves the tables empty
        assert set(Reference.objects.values_list("key", flat=True)) == {entry["key"] for entry in SHIPPED}


def test_no_work_is_listed_twice():
    for field in ("key", "title", "url"):
        values = [entry[field].lower() for entry in SHIPPED]
        assert len(values) == len(set(values)), field


def test_works_are_cited_by_authors_and_year():
    short = {entry["key"]: Reference(**entry).short for entry in SHIPPED}
    assert short["cohen1968weighted"] == "Cohen, 1968"
    assert short["daume2007frustratingly"] == "Daumé III, 2007"
    assert short["koh2021wilds"] == "Koh et al., 2021"
    assert short["delong1988comparing"] == "DeLong et al., 1988"
    assert short["efron1993introduction"] == "Efron and Tibshirani, 1993"
    assert Reference(authors="The organizers", year=2024).short == "The organizers, 2024"
    for entry in SHIPPED:
        first_author = entry["authors"].split(",")[0]
        assert short[entry["key"]].startswith(first_author)
        assert short[entry["key"]].endswith(f", {entry['year']}")


def test_preprints_come_from_the_bibtex():
    found = {entry["key"]: preprint for entry in SHIPPED if (preprint := Reference(**entry).preprint)}
    assert found == {"doerrich2025rethinking": "2404.15786", "woerner2025comprehensive": "2404.16000"}


@pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry["key"])
def test_a_shipped_work_agrees_with_its_bibtex(entry):
    Reference(**entry).clean_fields()
    assert problem_of(entry["bibtex"], entry["key"]) is None
    fields = fields_of(entry["bibtex"])
    assert fields["ID"] == entry["key"]
    assert fields["year"] == str(entry["year"])
    assert str(entry["year"]) in entry["key"]
    assert plain(fields["title"]) == plain(entry["title"])
    assert entry["url"].startswith("https://")
    assert unquote(entry["url"]) == (f"https://doi.org/{fields['doi']}" if "doi" in fields else fields["url"])
    first_author = fields["author"].split(" and ")[0].split(",")[0]
    assert plain(entry["authors"]).startswith(plain(first_author))
    for numbers in re.findall(r"\d+", entry["venue"].replace(str(entry["year"]), "")):
        assert numbers in entry["bibtex"], "what is printed is in the entry, too"
    assert entry["bibtex"].isascii()


def test_the_page_lists_all_works_by_topic(page):
    assert attribute(page, ".reference", "id") == [f"ref-{entry['key']}" for entry in SHIPPED]
    assert [text_of(heading) for heading in elements(page, "h3.h5")] == Reference.Topic.labels


def test_what_the_text_cites_is_in_the_bibliography(page):
    cited = {address.removeprefix("#") for address in attribute(page, '[href^="#"]', "href")}
    assert cited <= set(attribute(page, "*", "id"))
    assert len([target for target in cited if target.startswith("ref-")]) >= 11


def test_what_other_pages_cite_is_in_the_bibliography(client, shipped):
    cited = attribute(page_of(client, "/metrics/"), '[href^="/research/#ref-"]', "href")
    assert cited
    assert set(cited) <= {f"/research/#ref-{entry['key']}" for entry in SHIPPED}


def test_this_benchmark_is_compared_by_its_own_numbers(client, shipped):
    phase = Phase.objects.get()
    phase.daily_limit, phase.total_limit = 7, 77
    phase.save()
    row = text_of(element(page_of(client, "/research/"), "tr.this-benchmark"))
    assert f"{len(MEDMNIST_PLUS.datasets)} classification tasks" in row
    assert "7 a day, 77 in all" in row
    Phase.objects.all().delete()
    assert "No phase has opened yet" in page_of(client, "/research/")


def test_the_file_holds_every_entry(client, shipped):
    response = client.get("/research/references.bib")
    assert response["Content-Type"] == "text/x-bibtex; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="big-benchmark-references.bib"'
    entries = re.split(r"\n\n(?=@)", response.content.decode().strip())
    assert [fields_of(entry)["ID"] for entry in entries] == [entry["key"] for entry in SHIPPED]


def test_an_empty_bibliography(client, db):
    Reference.objects.all().delete()
    assert "No works are listed yet." in page_of(client, "/research/")
    assert client.get("/research/references.bib").content == b""


def test_pages_take_a_fixed_number_of_queries(client, shipped, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        client.get("/research/")


@pytest.fixture
def admin(organizer, as_user) -> Client:
    return as_user(organizer)


def add(admin: Client, **changes: object):
    return admin.post("/admin/challenge/reference/add/", WORK | changes, follow=True)


def test_what_an_organizer_adds_shows_up(admin, client, shipped):
    response = add(admin)
    assert "was added successfully" in response.content.decode()
    page = page_of(client, "/research/")
    for text in (
        WORK["title"],
        WORK["authors"],
        WORK["venue"],
        WORK["url"],
        WORK["summary"],
        "@article{doe2024some",
    ):
        assert str(text) in page
    assert ENTRY in client.get("/research/references.bib").content.decode()


def test_what_an_organizer_adds_changes_and_deletes_is_in_the_history(admin, organizer, shipped):
    add(admin)
    work = Reference.objects.get(key="doe2024some")
    admin.post(f"/admin/challenge/reference/{work.pk}/change/", WORK | {"venue": "Another journal"})
    admin.post(f"/admin/challenge/reference/{work.pk}/delete/", {"post": "yes"})
    deleted, changed, added = HistoryLine.objects.all()
    assert [line.action for line in (added, changed, deleted)] == ["added", "changed", "deleted"]
    assert {(line.actor, line.subject) for line in (added, changed, deleted)} == {
        (organizer, "Reference: doe2024some")
    }
    assert (changed.before, changed.after) == ({"venue": "Journal of Works"}, {"venue": "Another journal"})


def test_the_admin_leads_to_the_work_on_the_page(admin, shipped):
    work = Reference.objects.create(**WORK)
    change = page_of(admin, f"/admin/challenge/reference/{work.pk}/change/")
    assert "/research/#ref-doe2024some" in attribute(change, "a", "href")


def test_works_are_found_in_the_admin(admin, shipped):
    Reference.objects.create(**WORK)
    listed = admin.get("/admin/challenge/reference/", {"topic": "data", "q": "Doe"}).context["cl"].result_list
    assert [work.key for work in listed] == ["doe2024some"]
    listed = (
        admin.get("/admin/challenge/reference/", {"topic": "methods", "q": "Doe"}).context["cl"].result_list
    )
    assert list(listed) == []


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("Doe, J.: Some work. 2024", "must begin with its type and key, as in @article{doe2024some,"),
        ("@article{\n author = {Doe}}", "must begin with its type and key"),
        (ENTRY.replace("doe2024some", "roe2024"), "has the key roe2024; it must be doe2024some."),
        (ENTRY.removesuffix("}"), "1 closing brace is missing"),
        (ENTRY.replace("}},", "},").removesuffix("}"), "2 closing braces are missing"),
        (ENTRY.replace("Some work", r"a \{"), "1 closing brace is missing"),
        (f"{ENTRY}\n}}", "Nothing may follow the closing brace of the entry, but this does: }"),
        (f"{ENTRY}\n{ENTRY}", "but this does: @article{doe2024some,"),
    ],
)
def test_a_bibtex_entry_that_is_not_one_is_refused(admin, client, shipped, entry, problem):
    response = add(admin, bibtex=entry)
    assert problem in " ".join(response.context["adminform"].form.errors["bibtex"])
    assert not Reference.objects.filter(key=WORK["key"]).exists()


@pytest.mark.parametrize("entry", [f"\n {ENTRY} \n", ENTRY.replace("Some work", r"a \{ and a \}")])
def test_a_bibtex_entry_may_hold_escaped_braces_and_blanks(admin, shipped, entry):
    add(admin, bibtex=entry)
    assert Reference.objects.filter(key=WORK["key"]).exists()


def test_a_link_that_would_run_is_refused(admin, shipped):
    response = add(admin, url="javascript:alert(1)")
    assert "url" in response.context["adminform"].form.errors


HOSTILE = '"><script>alert(1)</script>{{ 7|add:7 }}'


@pytest.mark.parametrize("field", ["title", "authors", "venue", "summary", "bibtex"])
def test_hostile_text_is_escaped(client, shipped, field):
    Reference.objects.create(**WORK | {field: HOSTILE})
    page = page_of(client, "/research/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page
