"""CSV that a browser makes of a figure: it escapes what the server's CSV escapes."""

import json
import re
import subprocess

from django.conf import settings
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from challenge.formats.spreadsheets import to_csv
from challenge.tests import needs

pytestmark = needs.node

CELLS = [
    *(
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        '"=1"',
        "a;=1",
        "a\t=1",
        "a\n=1",
        "x\r\n@y",
        "\n",
    ),
    *(
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20x",
        "a-b",
        "a=b",
        "plain",
        "",
        "ResNet; 18",
        "=",
        "a;;+",
        '";=1',
    ),
    "= = =;\t=;\n\n-",
]


def of_the_browser(cells: list[str]) -> list[str]:
    """Return the cells as `figures.js` writes them."""
    script = (settings.BASE_DIR / "static/js/figures.js").read_text()
    [rule] = re.findall(r"^const FORMULA.*?^};$", script, re.DOTALL | re.MULTILINE)
    code = f"{rule}\nconsole.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0)).map(csvCell)))"
    run = subprocess.run(
        ["node", "-e", code], input=json.dumps(cells), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def of_the_server(cell: str) -> str:
    return to_csv(["x"], [[cell]]).removeprefix("x\r\n").removesuffix("\r\n")


def meaning(cell: str) -> str:
    """Return a cell without the quotes that are only needed by some writers."""
    return cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def test_both_write_the_same_cells():
    assert [meaning(cell) for cell in of_the_browser(CELLS)] == [
        meaning(of_the_server(cell)) for cell in CELLS
    ]


@examples(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.text(alphabet='=+-@;\t\r\n "ab\uff1d\uff20', max_size=8), min_size=30, max_size=60))
def test_any_cells(cells):
    assert [meaning(cell) for cell in of_the_browser(cells)] == [
        meaning(of_the_server(cell)) for cell in cells
    ]
