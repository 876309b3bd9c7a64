"""The families: a colour and a mark of their own each."""

import re

import pytest

from core.checkpoints.catalog import load_catalog
from pages.ui.app import families
from pages.ui.app.page_table import STYLE

PAGES = "#FFFFFF", "#11151A"  # the page in light and dark


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
