"""First paint and weight of the demo's pages, in Chromium on this machine.

    python -m benchmarks.pages

The benchmark starts a demo on its own data, and opens each page several times with an empty browser cache. The first
contentful paint is the median. The weight is the number of transferred bytes, compressed.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
import urllib.request
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bigsite.settings_for_tests")

import django

django.setup()

from playwright.sync_api import Browser, sync_playwright  # noqa: E402 - after the settings

from challenge.tests.browser.demo_process import Demo  # noqa: E402

#: Targets: milliseconds to the first paint, kB of pages without and with figures.
TARGET_PAINT, TARGET_PLAIN, TARGET_FIGURES = 1000, 150, 700
RUNS = 5
PAGES = (
    *(
        "/",
        "/challenge/",
        "/challenge/design/",
        "/datasets/",
        "/datasets/bloodmnist/",
        "/format/",
        "/metrics/",
    ),
    *(
        "/leaderboard/",
        "/submissions/{}/",
        "/compare/?e=s{}&e=s{}",
        "/baselines/",
        "/published/1/",
        "/research/",
    ),
    *("/about/", "/accounts/login/"),
)
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def main() -> int:
    """Measure and print a table; return exit status 0 if the targets hold."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is not installed (Debian: apt install chromium): pages are not measured.")
        return 0
    held = True
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo = Demo(Path(folder))
        demo.start()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        try:
            print(f"{'page':28}{'first paint':>12}{'weight':>10}{'requests':>10}")
            entries = numbers_of_entries(demo.url)
            for path in (page.format(*entries) for page in PAGES):
                held &= report(path, [visit(browser, demo.url + path) for _ in range(RUNS)])
        finally:
            browser.close()
            demo.end()
    print("All targets hold." if held else "A target is missed.")
    return 0 if held else 1


def numbers_of_entries(site: str) -> list[int]:
    """Return the numbers of the entries on the leaderboard, from the highest; they are random."""
    with urllib.request.urlopen(f"{site}/leaderboard.json") as response:  # noqa: S310 - our own demo
        rows = json.load(response)["rows"]
    return [int(row["url"].strip("/").split("/")[-1]) for row in rows if row["kind"] == "entry"]


def visit(browser: Browser, address: str) -> tuple[float, float, int, bool]:
    """Open a page in a new browser context: ms to the first paint, kB, requests, True if it has figures."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    received: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    result = (
        float(page.evaluate(PAINT)),
        sum(received) / 1000,
        len(received),
        page.locator("script[data-plotly]").count() > 0,
    )
    context.close()
    return result


def report(path: str, visits: list[tuple[float, float, int, bool]]) -> bool:
    """Print a page's line; return True if it keeps the targets."""
    paint = statistics.median(visit[0] for visit in visits)
    weight = max(visit[1] for visit in visits)
    has_figures = visits[0][3]
    print(
        f"{path:28}{paint:9.0f} ms{weight:7.0f} kB{visits[0][2]:10}{'  with figures' if has_figures else ''}"
    )
    return paint <= TARGET_PAINT and weight <= (TARGET_FIGURES if has_figures else TARGET_PLAIN)


if __name__ == "__main__":
    sys.exit(main())
