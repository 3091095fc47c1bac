"""Downloads of figures: one figure in each format, and all figures in one zip from the browser or the server."""

import csv
import io
import json
import struct
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Download, Page, expect

from challenge.figures.figure import FILE_WIDTH, PNG_RESOLUTION, PNG_SCALE

pytestmark = pytest.mark.browser
FIGURE = "auc-by-dataset"


@pytest.fixture
def page(visits, scenes) -> Page:
    """The page of a scored entry, with its scripts running."""
    return visits.open(scenes["scored"])


def spec(page: Page, name: str = FIGURE) -> dict:
    return json.loads(page.locator(f"#spec-{name}").text_content() or "")


def download(page: Page, file_format: str) -> tuple[Download, bytes]:
    page.locator(f"#{FIGURE}").scroll_into_view_if_needed()
    button = page.locator(f"#{FIGURE} button[data-format={file_format}]")
    with page.expect_download() as started:
        button.click()
    download = started.value
    assert download.suggested_filename == f"{FIGURE}.{file_format}"
    return download, Path(download.path()).read_bytes()


def png_size(content: bytes) -> tuple[int, int]:
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", content[16:24])


def size_in_files(about: dict) -> tuple[int, int]:
    return about["file"]["width"] * PNG_SCALE, about["file"]["height"] * PNG_SCALE


def test_a_figure_as_png_in_the_size_of_papers(page):
    _, png = download(page, "png")
    assert png_size(png) == size_in_files(spec(page))
    assert PNG_RESOLUTION in png[:60]
    shown = page.evaluate(
        """async bytes => {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
            return [image.width, image.height];
        }""",
        list(png),
    )
    assert tuple(shown) == png_size(png), "the file is damaged"


def test_a_figure_as_svg_with_its_title_in_it(page):
    _, svg = download(page, "svg")
    root = ElementTree.fromstring(svg)  # noqa: S314 (we made it)
    assert root.get("width") == str(FILE_WIDTH)
    assert " ".join(spec(page)["title"].split()) in " ".join("".join(root.itertext()).split())


def test_a_figure_as_csv_with_the_numbers_of_its_table(page):
    _, content = download(page, "csv")
    head, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    about = spec(page)
    assert head == about["columns"]
    assert [row[0] for row in rows] == [row[0] for row in about["rows"]]
    assert [float(row[1]) for row in rows] == [row[1] for row in about["rows"]]


def test_a_figure_as_html_that_works_without_the_site(page, browser, tmp_path):
    file, _ = download(page, "html")
    path = tmp_path / "figure.html"
    file.save_as(path)
    complaints: list[str] = []
    requests: list[str] = []
    context = browser.new_context(offline=True)
    alone = context.new_page()
    alone.on("console", lambda message: complaints.append(message.text))
    alone.on("pageerror", lambda error: complaints.append(str(error)))
    alone.on("request", lambda request: requests.append(request.url))
    alone.goto(path.as_uri())
    expect(alone.locator("#figure .plot-container .main-svg").first).to_be_visible()
    expect(alone.locator("#figure")).to_contain_text("PathMNIST")
    assert alone.title() == spec(page)["title"]
    assert complaints == []
    assert requests == [path.as_uri()], "it loads something"
    context.close()


def download_all(page: Page) -> zipfile.ZipFile:
    with page.expect_download(timeout=180_000) as started:
        page.get_by_role("button", name="Download all figures").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    content = Path(started.value.path()).read_bytes()
    archive = zipfile.ZipFile(io.BytesIO(content), "r")
    assert archive.testzip() is None
    archive.filename = started.value.suggested_filename
    return archive


def test_a_download_that_fails_says_so(visits, scenes):
    page = visits.open(scenes["scored"])
    page.route("**/figures.json", lambda route: route.abort())
    button = page.get_by_role("button", name="Download all figures")
    button.click()
    expect(page.get_by_text("The ZIP could not be made.")).to_be_visible()
    expect(button).to_be_enabled()
    visits.complaints.clear()


@pytest.mark.slow
def test_browser_and_server_make_the_same_zip(page, scenes, demo, drawing_browser):
    number = int(scenes["scored"].strip("/").split("/")[-1])
    address = f"{scenes['scored']}figures.zip"
    assert page.request.get(address).status == 404
    made_here = download_all(page)
    assert made_here.filename == f"big-submission-{number}-figures.zip"
    names = set(made_here.namelist())
    about = page.request.get(f"{scenes['scored']}figures.json").json()
    expected = {f"{k}/{figure['name']}.{k}" for figure in about["figures"] for k in ("png", "svg", "csv")}
    assert names == expected | {"README.txt"}
    assert made_here.read("README.txt").decode() == about["readme"]
    for figure in about["figures"]:
        assert png_size(made_here.read(f"png/{figure['name']}.png")) == size_in_files(figure)

    demo.run(
        "from challenge.models import Submission; from challenge.entries.figures_zip import render_figures;"
        f"render_figures(Submission.objects.get(pk={number}).latest_scores(None).pk)",
        CHROMIUM=drawing_browser,
        SITE_URL=demo.url,
    )
    page.reload()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download all figures").click()
    assert started.value.suggested_filename == made_here.filename
    made_there = zipfile.ZipFile(started.value.path())
    assert set(made_there.namelist()) == names
    for name in names:
        here, there = made_here.read(name), made_there.read(name)
        if name.startswith("png/"):
            assert png_size(here) == png_size(there), name
            assert here[33:54] == there[33:54] == PNG_RESOLUTION
        elif name.startswith("svg/"):
            assert ElementTree.fromstring(here).get("viewBox") == ElementTree.fromstring(there).get("viewBox")  # noqa: S314
        elif name.startswith("csv/"):
            assert cells(here) == cells(there), name
        else:
            assert here == there, name


def cells(table: bytes) -> list[list[str | float]]:
    """Return the cells with numbers parsed, because Python and JavaScript write some numbers differently."""
    rows = csv.reader(io.StringIO(table.decode(), newline=""))
    return [
        [float(cell) if cell.replace(".", "").replace("e-", "").isdigit() else cell for cell in row]
        for row in rows
    ]


def test_all_figures_of_a_page_without_a_submission(visits, scenes):
    page = visits.open(scenes["published"])
    shown = page.locator("[data-figure]").evaluate_all("boxes => boxes.map(box => box.id)")
    archive = download_all(page)
    assert set(archive.namelist()) == {f"{k}/{n}.{k}" for n in shown for k in ("png", "svg", "csv")} | {
        "README.txt"
    }
    assert scenes["published"] in archive.read("README.txt").decode()
