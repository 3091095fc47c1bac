"""Pages of releases: the list, the board of a release, and what the pages of entries say about releases."""

from datetime import UTC, datetime

import bibtexparser
import pytest
from django.test import Client
from django.utils import timezone

from challenge.models import GroundTruth, Release
from challenge.releases import page as page_module
from challenge.services import entries, groups, releases
from challenge.tests.pages import attribute, element, elements, page_of, rows_of, text_of
from challenge.tests.releases.frozen import freeze

pytestmark = pytest.mark.django_db

FROZEN = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


@pytest.fixture
def release(board, monkeypatch) -> Release:
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: FROZEN)
        return freeze()


def names_on(client: Client, query: str) -> list[str]:
    page = page_of(client, f"/releases/2027.1/?{query}")
    return [text_of(element(row, "th > :first-child")) for row in elements(page, "table.board tbody tr")]


def test_without_a_release_the_list_says_so(client, db):
    page = page_of(client, "/releases/")
    assert "There is no release yet" in page
    assert not elements(page, "table")


def test_the_list_has_only_what_is_frozen(release, client):
    releases.ask_for_release("2027.2", by="manage.py", reason="Soon.")
    _, line = rows_of(page_of(client, "/releases/"))
    assert line[:4] == ["BIG 2027.1", "15 Jan 2026", "7", "Demo labels (demo data)"]
    assert client.get("/releases/2027.2/").status_code == 404
    assert client.get("/releases/2027.2/archive.zip").status_code == 404


@pytest.mark.parametrize("name", ["2027.3", "2027.01", "2027", "2027.1.1", "..", "2027.100"])
def test_other_names_are_not_found(release, client, name):
    assert client.get(f"/releases/{name}/").status_code == 404


def test_the_board_of_a_resolution_metric_and_kind_of_entries(release, client):
    assert names_on(client, "") == [
        "Model 3",  # anonymous
        "ResNet-18",
        "ViT-B/16",
        "VGG16, k-NN",
        "AlexNet, k-NN",
    ]
    every = names_on(client, "entries=all")
    assert set(every) > set(names_on(client, ""))
    assert {"Two seeds", "=ResNet-50", "Model 5"} < set(every)
    assert "Secret" not in every
    assert names_on(client, "resolution=28") == ["Model 6"]
    assert "Nothing was ranked at this resolution" in page_of(client, "/releases/2027.1/?resolution=64")
    assert names_on(client, "metric=accuracy")[0] == "VGG16, k-NN"


def test_ranks_ranges_and_scores_are_those_of_the_release(release, client, board):
    values = {row.key: row.values for row in release.rows.all()}[f"s{board['best'].pk}"]
    page = page_of(client, "/releases/2027.1/?entries=all")
    row = next(row for row in elements(page, "table.board tbody tr") if "ResNet-18" in text_of(row))
    rank = values["ranks"]["all"]["auc"]
    assert f"images {rank['low']}–{rank['high']}" in text_of(element(row, "td.rank"))
    first = text_of(elements(row, "td.number")[0])
    assert first.startswith(f"{values['average']['auc']:.4f}")
    assert f"{values['average']['auc_low']:.4f}–{values['average']['auc_high']:.4f}" in first
    assert attribute(row, "th a", "href") == [f"/submissions/{board['best'].pk}/"]


def test_a_long_board_has_pages(release, client, monkeypatch):
    monkeypatch.setattr(page_module, "ROWS_PER_PAGE", 3)
    first, second = (names_on(client, f"entries=all&page={number}") for number in (1, 2))
    assert len(first) == len(second) == 3
    assert not set(first) & set(second)


def test_it_says_how_to_cite_it_and_where_the_numbers_come_from(release, client, ground_truth):
    page = page_of(client, "/releases/2027.1/")
    (text,) = [found.text() for found in elements(page, "pre.bibtex")]
    (entry,) = bibtexparser.parse_string(text).entries
    fields = {field.key: field.value for field in entry.fields}
    assert entry.key == "big_2027_1"
    assert fields["version"] == "2027.1"
    assert "doi" not in fields
    assert release.archive_sha256 in fields["note"]
    assert "not to be cited" in fields["note"]
    assert ground_truth.checksum in page
    releases.set_doi(release, "10.5281/zenodo.1234567", by="manage.py")
    page = page_of(client, "/releases/2027.1/")
    assert "doi     = {10.5281/zenodo.1234567}" in page
    assert elements(page, 'a[href="https://doi.org/10.5281/zenodo.1234567"]')


def test_a_release_of_real_labels_has_no_warning(board, client):
    GroundTruth.objects.update(is_demo=False)
    freeze()
    main = text_of(element(page_of(client, "/releases/2027.1/"), "main"))
    assert "Demo data" not in main
    assert "not to be cited" not in main


def test_the_archive_is_a_download_and_a_lost_one_is_not_found(release, client):
    response = client.get("/releases/2027.1/archive.zip")
    assert response.headers["Content-Disposition"] == 'attachment; filename="big-2027.1.zip"'
    assert response.getvalue() == release.archive_path.read_bytes()
    release.archive_path.unlink()
    assert client.get("/releases/2027.1/archive.zip").status_code == 404


def test_the_page_of_an_entry_cites_its_rank(release, client, board):
    values = release.rows.get(key=f"s{board['best'].pk}").values
    rank = values["ranks"]["all"]["auc"]
    section = element(page_of(client, board["best"].get_absolute_url()), "section.in-releases")
    assert f"rank {rank['low']}–{rank['high']}, BIG 2027.1" in text_of(section)
    assert "among 7 entries and published results" in text_of(section)
    (address,) = attribute(section, "li a", "href")
    assert "ResNet-18" in page_of(client, address)


def test_the_pages_of_a_group_and_of_its_seeds_cite_the_mean(release, client, board):
    group, seed = board["group"], board["seeds"][0]
    pages = [page_of(client, owner.get_absolute_url()) for owner in (group, seed)]
    words = [text_of(element(page, "section.in-releases")) for page in pages]
    assert all(", BIG 2027.1" in text for text in words)
    assert ["(mean of its seeds)" in text for text in words] == [False, True]
    groups.dissolve_group(group)
    section = element(page_of(client, seed.get_absolute_url()), "section.in-releases")
    assert "(mean of its seeds)" in text_of(section), "the release still has the mean"


def test_an_entry_in_no_release_says_nothing(release, client, uncertain_entry, team):
    later = uncertain_entry(team, 0.95)
    assert not elements(page_of(client, later.get_absolute_url()), "section.in-releases")


def test_an_entry_is_in_each_release_since_it_was_ranked(release, client, board):
    freeze("2027.2")
    section = element(page_of(client, board["best"].get_absolute_url()), "section.in-releases")
    assert [text_of(item).rpartition(" ")[2] for item in elements(section, "li a")] == ["2027.2", "2027.1"]


def test_an_entry_that_hides_its_team_does_not_lead_to_a_row_that_names_it(release, client, board, as_user):
    entries.set_visibility(board["rival"], "anonymous")
    address = board["rival"].get_absolute_url()
    assert not elements(page_of(client, address), "section.in-releases")
    assert elements(page_of(as_user(board["rival"].team), address), "section.in-releases")


def test_the_board_and_the_footer_lead_to_the_releases(client, ground_truth):
    page = page_of(client, "/leaderboard/")
    assert text_of(element(page, 'main a[href="/releases/"]')) == "Releases"
    assert elements(page, 'footer a[href="/releases/"]')


def test_a_page_takes_few_queries(release, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get("/releases/2027.1/?entries=all")
