"""Rules for the format checker in the browser (static/js/format-*.js), which judges files as the site does."""

from django.conf import settings

from challenge.scoring.benchmark import Benchmark, Task
from challenge.scoring.reading.archives import MOST_DIRECTORY_BYTES, MOST_ENTRIES
from challenge.scoring.reading.causes import COMMENT_MARKS, SEPARATORS
from challenge.scoring.reading.files import BEGINNING_BYTES, MOST_GZIP_MEMBERS, MOST_LINE_BYTES, most_lines
from challenge.scoring.reading.layouts import (
    COLUMNS_OF_CLASSES,
    THESIS_COLUMNS,
    THESIS_OPTIONAL_COLUMNS,
    canonical_columns,
)
from challenge.scoring.reading.other_formats import OTHER_FORMATS
from challenge.scoring.reading.problems import SHOWN_CHARACTERS, SHOWN_CHARACTERS_OF_NAMES, SHOWN_PLACES
from challenge.scoring.reading.values import SUM_SLACK, SUM_TOLERANCE, VALUE_TOLERANCE


def format_rules(benchmark: Benchmark) -> dict[str, object]:
    """The benchmark and the limits, ready for JSON."""
    return {
        "datasets": [
            {
                "name": dataset.name,
                "n_test": dataset.n_test,
                "most_lines": most_lines(dataset.n_test),
                "n_classes": dataset.n_classes,
                "is_binary": dataset.task is Task.BINARY,
                "is_multilabel": dataset.task is Task.MULTILABEL,
            }
            for dataset in benchmark
        ],
        "canonical_columns": canonical_columns(benchmark),
        "thesis_columns": THESIS_COLUMNS,
        "thesis_optional_columns": THESIS_OPTIONAL_COLUMNS,
        "columns_of_classes": COLUMNS_OF_CLASSES,
        "separators": SEPARATORS,
        "comment_marks": COMMENT_MARKS,
        "beginning_bytes": BEGINNING_BYTES,
        "sum_tolerance": SUM_TOLERANCE,
        "sum_slack": SUM_SLACK,
        "value_tolerance": VALUE_TOLERANCE,
        "most_lines": most_lines(benchmark.n_rows),
        "most_line_bytes": MOST_LINE_BYTES,
        "most_zip_entries": MOST_ENTRIES,
        "most_zip_directory_bytes": MOST_DIRECTORY_BYTES,
        "most_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "most_text_bytes": settings.MAX_DECOMPRESSED_BYTES,
        "most_gzip_members": MOST_GZIP_MEMBERS,
        "other_formats": [{"magic": list(magic), "name": name} for magic, name in OTHER_FORMATS],
        "shown_characters": SHOWN_CHARACTERS,
        "shown_characters_of_names": SHOWN_CHARACTERS_OF_NAMES,
        "shown_places": SHOWN_PLACES,
    }
