"""The families: one colour and one short mark each, the same in every chip and chart, and their idea in a few words."""

from dataclasses import dataclass

from pages.ui.figures.markup import escape


@dataclass(frozen=True)
class Family:
    """`color` is of the Okabe-Ito palette; `mark` tells families apart without colour."""

    id: str
    name: str
    mark: str
    color: str
    year: int
    idea: str


FAMILIES = {
    family.id: family
    for family in (
        Family(
            "bert",
            "BERT",
            "B",
            "#0072B2",
            2018,
            "Predicts hidden words from the words on both sides. The one that started it all.",
        ),
        Family(
            "roberta",
            "RoBERTa",
            "R",
            "#D55E00",
            2019,
            "BERT trained longer, on ten times the text, with dynamic masking.",
        ),
        Family(
            "distilbert",
            "DistilBERT",
            "Di",
            "#E69F00",
            2019,
            "Half of BERT's layers, distilled to match its predictions.",
        ),
        Family(
            "electra",
            "ELECTRA",
            "E",
            "#CC79A7",
            2020,
            "Spots swapped words, so it learns from every token, not only from masks.",
        ),
        Family(
            "deberta",
            "DeBERTa",
            "De",
            "#009E73",
            2020,
            "Attends separately to what a word means and where it is.",
        ),
        Family("albert", "ALBERT", "A", "#56B4E9", 2019, "One layer reused at every depth, so very few parameters."),
    )
}
OTHER = Family("other", "Other", "·", "#7A7A7A", 0, "Another kind of encoder.")


def family(name: str) -> Family:
    """The family of that id, or a grey one for those without a row."""
    return FAMILIES.get(name, OTHER)


def look(name: str) -> str:
    """The class of what is of that family: assets/style.css gives it its colour, in light and dark."""
    return f"pg-family-{family(name).id}"


def hue(name: str) -> str:
    """The family's colour as CSS, legible in light and dark."""
    return f"var(--family-{family(name).id})"


def badge(name: str) -> str:
    """The family's mark on its colour, as HTML."""
    one = family(name)
    return f'<span class="pg-mark" style="--c:{one.color}" title="{escape(one.name)}">{escape(one.mark)}</span>'
