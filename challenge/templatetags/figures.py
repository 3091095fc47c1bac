"""Figures in templates: `{% figure some_figure %}` for each figure, `{% figure_scripts %}` once in the head."""

from typing import Any

from django import template

from bigsite.outages import StorageDownError
from challenge.entries.figures_zip import zip_name
from challenge.figures.figure import PNG_RESOLUTION, PNG_SCALE, Figure
from challenge.figures.themes import page_themes
from challenge.files import size_of
from challenge.models import Evaluation
from challenge.services.figure_files import figures_path

register = template.Library()


@register.inclusion_tag("challenge/_figure.html")
def figure(figure: Figure) -> dict[str, Any]:
    """Show a figure with its table and downloads; without scripts, readers see only the table."""
    return {
        "figure": figure,
        "spec": figure.spec(),
        "spec_id": f"spec-{figure.name}",
        "formats": ("png", "svg", "csv", "html"),
    }


@register.inclusion_tag("challenge/_figure_scripts.html")
def figure_scripts() -> dict[str, Any]:
    """Load the scripts that draw figures; use only on pages with figures."""
    return {"themes": page_themes(), "png_scale": PNG_SCALE, "png_resolution": PNG_RESOLUTION.hex()}


@register.inclusion_tag("challenge/_figures_zip.html")
def figures_zip(evaluation: Evaluation | None = None, name: str = "figures") -> dict[str, Any]:
    """Offer all figures of a scored evaluation in one zip; without an evaluation, all figures of the page."""
    if evaluation is None:
        return {"name": name}
    try:
        size = size_of(figures_path(evaluation))
    except StorageDownError:  # the browser makes the zip
        size = None
    return {"name": zip_name(evaluation.submission), "submission": evaluation.submission, "size": size}


@register.filter
def is_number(cell: object) -> bool:
    """Return True if a cell is aligned as a number; missing values are, too."""
    return cell is None or isinstance(cell, int | float)


@register.filter
def as_cell(cell: str | int | float | None) -> str:
    """Format a cell: fractions with four digits, integers with thousands separators, missing values as a dash."""
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.4f}"
    return f"{cell:,}" if isinstance(cell, int) else cell
