"""How blocks, marks and outputs are read."""

from __future__ import annotations

import pytest

from tests.site.shown import as_pattern, blocks_of

PAGE = """\
# A page

% not run: needs a board
```console
$ earloop hil run --device serial
```

% run with: --hours 50 -> --hours 0.1
```console
$ earloop synth \\
    --hours 50
corpus.zarr: 3 sessions
$ earloop corpus info corpus.zarr
```

```python
import earloop
```

```text
$ no command
```
"""


def test_blocks_are_read_with_their_marks(tmp_path, monkeypatch):
    path = tmp_path / "page.md"
    path.write_text(PAGE, encoding="utf-8")
    board, corpus, program = blocks_of(path)
    assert (board.reason, corpus.reason, program.reason) == ("not run: needs a board", "", "")
    assert corpus.commands == [
        ("earloop synth     --hours 0.1", ["corpus.zarr: 3 sessions"]),
        ("earloop corpus info corpus.zarr", []),
    ]
    assert (board.line, program.kind, program.run_as) == (5, "python", "import earloop\n")


def test_a_mark_above_the_title_is_for_the_whole_page(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("<!-- run by: tests/site/test_shown.py -->\n" + PAGE, encoding="utf-8")
    assert [block.reason for block in blocks_of(path)] == [
        "not run: needs a board",
        "",
        "run by: tests/site/test_shown.py",
    ]


@pytest.mark.parametrize(
    ("shown", "printed", "fits"),
    [
        ("PASS: golden, 20.0 s, 100 x real time", "PASS: golden, 20.0 s, 87.3 x real time", True),
        ("PASS: golden, 20.0 s, 100 x real time", "FAIL: golden, 20.0 s, 87.3 x real time", False),
        ("loss 6.7 ...", "loss 6.7 and falling", True),
        ("worst SQNR 88.8 dB", "worst SQNR 88.9 dB", False),
        ("a.b", "axb", False),
    ],
)
def test_a_shown_line_is_held_up_to_speed_and_dots(shown, printed, fits):
    assert bool(as_pattern(shown).fullmatch(printed)) is fits
