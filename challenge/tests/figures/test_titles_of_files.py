"""Titles of figures in files are complete, also above low figures and over several lines."""

import io

import numpy as np
from PIL import Image

from challenge.figures.figure import PNG_SCALE, Figure
from challenge.figures.files import render


def test_no_title_is_cut_and_none_reaches_the_plot(light_browser):
    figures = [
        Figure(
            f"{height}-{words}",
            "Title " * words,
            [{"type": "scatter", "x": [1, 2], "y": [1, 2]}],
            {"plot_bgcolor": "#ff0000"},
            [],
            [],
            height=height,
        )
        for height in (150, 900)
        for words in (3, 20, 35)
    ]
    for name, content in render(figures, light_browser, 60):
        if name.startswith("png"):
            pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
            plot = ((pixels[..., 0] > 200) & (pixels[..., 1] < 50)).mean(axis=1) > 0.5
            ink = (pixels.max(axis=2) < 100).any(axis=1)
            title = np.flatnonzero(ink[: plot.argmax()]) / PNG_SCALE
            assert title[0] >= 3, name
            assert title[-1] <= plot.argmax() / PNG_SCALE - 6, name
            lines = {"3": 1, "20": 2, "35": 3}[name.removesuffix(".png").split("-")[-1]]
            assert title[-1] - title[0] > 20 * (lines - 1), name  # every line is visible
