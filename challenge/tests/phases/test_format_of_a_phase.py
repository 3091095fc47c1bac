"""Page of the format, template, example and checker for a phase with withheld datasets."""

import csv
import gzip
import io
import json

import numpy as np
import pytest

from challenge.models import Phase, benchmark_of
from challenge.scoring.reading.predictions import read_predictions
from challenge.tests.pages import attribute, element, elements, page_of, region, text_of
from challenge.tests.withheld import add_phase, add_withheld

FORMAT = "/format/"


def content_of(response) -> bytes:
    return b"".join(response.streaming_content)


def test_the_page_describes_the_withheld_dataset(client, withheld):
    page = page_of(client, FORMAT, {"phase": withheld.phase_id})
    shown = text_of(page)
    assert "all 13 datasets at one resolution: 119,380 rows" in shown
    assert "Photographs of skin." in shown
    assert "60 test images, multi-class. Licence: CC BY 4.0" in shown
    row = elements(region(page, "Rows and columns of each dataset"), "tbody tr")[-1]
    assert text_of(row).startswith("skinmnist 60 0 to 59 p0 to p2 sum to 1 3 classes")
    assert attribute(row, "a", "href") == ["#skinmnist"]
    assert [text_of(one) for one in elements(page, '[aria-labelledby="skinmnist"] ol li')] == [
        "benign",
        "malignant",
        "unclear",
    ]


def test_the_ordinary_page_leads_to_it(client, withheld):
    page = page_of(client, FORMAT)
    assert "119,320 rows" in page
    assert f"{FORMAT}?phase={withheld.phase_id}" in attribute(page, "main a", "href")
    assert "skinmnist" not in page


def test_without_withheld_datasets_nothing_is_said(client, second):
    assert "phase=" not in page_of(client, FORMAT)


@pytest.mark.parametrize("address", ["", "template.csv", "example.csv.gz"])
def test_a_phase_that_has_not_opened_is_not_found(client, first, address):
    later = add_phase("Later", opens_at="2040-01-01T00:00Z")
    add_withheld(later)
    assert client.get(FORMAT + address, {"phase": later.pk}).status_code == 404
    assert client.get(FORMAT + address, {"phase": later.pk + 9}).status_code == 404
    assert "Later" not in page_of(client, FORMAT)


def test_the_template_has_its_rows(client, withheld):
    (address,) = attribute(
        page_of(client, FORMAT, {"phase": withheld.phase_id}), 'a[href*="template"]', "href"
    )
    response = client.get(address)
    rows = list(csv.DictReader(io.StringIO(content_of(response).decode())))
    assert sum(row["dataset"] == "skinmnist" for row in rows) == 60
    assert len(rows) == 119_380
    assert response["ETag"] != client.get("/format/template.csv")["ETag"]


def test_the_example_is_valid_in_the_phase(client, withheld, tmp_path):
    response = client.get("/format/example.csv.gz", {"phase": withheld.phase_id})
    path = tmp_path / "example.csv.gz"
    path.write_bytes(content_of(response))
    assert b"skinmnist" in gzip.decompress(path.read_bytes())
    assert "skinmnist" in read_predictions(path, benchmark_of(withheld.phase_id)).values


def test_the_checker_has_the_rules_of_the_phase(client, as_user, team, ground_truth, withheld):
    rules = json.loads(element(page_of(client, FORMAT, {"phase": withheld.phase_id}), "#format-rules").text())
    assert rules["datasets"][-1]["name"] == "skinmnist"
    page = page_of(as_user(team), "/profile/")
    usual = json.loads(element(page, "#format-rules").text())
    by_phase = json.loads(element(page, "#format-rules-by-phase").text())
    assert len(usual["datasets"]) == 12
    assert by_phase == {str(withheld.phase_id): rules}


def test_without_withheld_datasets_the_form_has_one_set_of_rules(as_user, team, ground_truth, second):
    assert not elements(page_of(as_user(team), "/profile/"), "#format-rules-by-phase")


def test_more_classes_than_medmnist_give_more_columns(client, first):
    phase = add_phase("Many classes")
    names = "\n".join(f"class {number}" for number in range(20))
    add_withheld(phase, labels=np.arange(40) % 20, class_names=names)
    page = page_of(client, FORMAT, {"phase": phase.pk})
    assert "dataset,index,p0," in page
    assert "p19" in page
    assert "exactly these 22 columns" in page
    assert Phase.objects.count() == 2
