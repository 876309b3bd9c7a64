"""What pages share: escaping, rows for files, family colours, small pictures."""

import base64
import re

import numpy as np
import pytest

from core.checkpoints.catalog import load_catalog
from core.files.rows import rows
from core.provenance import Unread
from core.tasks.attention.schema import AttentionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from pages.ui import export, families, markup
from pages.ui.markup import two_digits
from pages.ui.render.bars import bars, probability
from pages.ui.render.cost import not_read
from pages.ui.render.heads import INK, SMALL, shrink, thumbnail
from pages.ui.render.marked import Mark, marked
from pages.ui.router import STYLE
from tests.fake_engine import FakeEngine

PAGES = "#FFFFFF", "#11151A"  # the page in light and dark


def test_escape_leaves_nothing_to_interpret() -> None:
    assert markup.escape('<a href="x">\'&\x00') == "&lt;a href=&quot;x&quot;&gt;&#x27;&amp;␀"
    assert markup.escape("line\nbreak\t") == "line\nbreak\t"


def test_marked_text_reads_as_typed() -> None:
    shown = marked("Ada <3 Bob", [Mark(7, 10, "red", "PER"), Mark(0, 3, "blue"), Mark(1, 5, "overlap")])
    assert "<bdi>Ada</bdi></mark> &lt;3 <mark" in shown
    assert "overlap" not in shown


def test_only_text_that_may_scroll_is_a_stop_for_the_keyboard() -> None:
    assert "tabindex" not in marked("Ada met Bob.", [])
    assert 'tabindex="0"' in marked("Ada met Bob. " * 20, [])


def test_only_a_short_sentence_is_set_in_large_type() -> None:
    assert 'class="pg-text large"' in marked("Ada met Bob.", [], large=True)
    assert 'class="pg-text large long"' in marked("Ada met Bob. " * 20, [], large=True)


def test_what_was_not_read_is_said_with_its_first_words() -> None:
    parts = [Unread(1, "end"), Unread(1200, "The river runs …"), *[Unread(2, "more")] * 3]
    assert not_read(parts) == [
        "1 token, beginning with “end”, did not fit and was not read",
        "1,200 tokens, beginning with “The river runs …”, did not fit and were not read",
        "2 tokens, beginning with “more”, did not fit and were not read",
        "4 more were not read in other places",
    ]


def test_csv_runs_no_formula() -> None:
    assert export.csv([{"text": "=1+1", "score": -0.5}]) == "text,score\r\n'=1+1,-0.5\r\n"


def test_rows_of_fills_and_heads() -> None:
    fills, heads = FakeEngine(), FakeEngine()
    (fill, _) = rows(fills.run("fill-mask", "minilm-fill-mask", [FillMaskRequest("A ___")])[0])
    assert fill == {"start": 2, "end": 5, "text": "paris", "score": 0.75}
    assert len(rows(heads.run("attention", "minilm", [AttentionRequest("A b")])[0])) == 72


def test_json_takes_arrays() -> None:
    assert export.json_text({"a": np.array([0.5], dtype=np.float16)}).split() == ["{", '"a":', "[", "0.5", "]", "}"]


@pytest.mark.parametrize("size", [3, SMALL, 511])
def test_thumbnails_stay_small(size: int) -> None:
    weights = np.full((size, size), 1 / size, dtype=np.float16)
    png = base64.b64decode(thumbnail(shrink(weights), INK["light"]).split(",")[1])
    assert png.startswith(b"\x89PNG")
    assert len(png) < 2000


def test_every_family_of_the_catalogue_has_a_colour_of_its_own() -> None:
    assert all(families.family(row.family) is not families.OTHER for row in load_catalog())
    assert len({family.color for family in families.FAMILIES.values()}) == len(families.FAMILIES)
    assert len({family.mark for family in families.FAMILIES.values()}) == len(families.FAMILIES)


@pytest.mark.parametrize("family", [*families.FAMILIES, families.OTHER.id])
def test_the_colour_of_a_family_stands_out_from_the_page_and_reaches_its_column(family: str) -> None:
    style = STYLE.read_text(encoding="utf-8")
    (colours,) = re.findall(rf"--family-{family}: light-dark\((#\w{{6}}), (#\w{{6}})\);", style)
    assert contrast(colours[0], PAGES[0]) >= 3
    assert contrast(colours[1], PAGES[1]) >= 3
    assert f".{families.look(family)} {{ --of: {families.hue(family)}; }}" in style
    assert f":has(.pg-model.{families.look(family)}) {{ --accent: {families.hue(family)}; }}" in style


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2 defines it, from 1 to 21."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    """Of #RRGGBB, in [0, 1]."""
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_numbers_have_no_negative_zero() -> None:
    assert (two_digits(-0.001), two_digits(-0.5), two_digits(0.126)) == ("0.00", "−0.50", "0.13")


def test_shrinking_keeps_the_heaviest_weight() -> None:
    weights = np.zeros((2, 130, 130), dtype=np.float16)
    weights[1, 129, 64] = 0.75
    small = shrink(weights)
    assert small.shape == (2, SMALL, SMALL)
    assert (small[0].max(), small[1].max(), small[1, -1].argmax()) == (0, 0.75, 31)


def test_a_text_cannot_turn_round_the_words_that_follow_it() -> None:
    assert markup.escape("\u202egnp.exe\u202c") == "\ufffdgnp.exe\ufffd"
    assert markup.escape("שלום \u2067עולם\u2069") == "שלום \u2067עולם\u2069"


def test_a_bar_of_a_small_probability_does_not_read_as_none() -> None:
    html = bars([probability("war", 0.981), probability("cup", 0.0004)], "Words")
    assert [">0.98<" in html, ">&lt;0.01<" in html, "0.00" in html] == [True, True, False]
