"""The page table and the frame around every page; Streamlit runs this script on each request."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent.parent.parent
STYLE = ROOT / "assets" / "style.css"


@dataclass(frozen=True)
class Page:
    """One row: `sentence` says what can be found out there."""

    file: str
    url_path: str
    title: str
    icon: str
    sentence: str


PAGES = (
    Page("home.py", "", "Home", ":material/home:", "See what BERT and its relatives make of your sentences."),
    Page("fill_mask.py", "fill-mask", "Fill a mask", ":material/edit_note:",
         "Hide a word to see what the model expects in its place; swap one to see whether it notices."),
    Page("entities.py", "entities", "Entities", ":material/sell:",
         "See which words the model takes for persons, places, organisations and other names."),
    Page("questions.py", "questions", "Questions", ":material/quiz:",
         "Ask about a passage: the model marks the answer in it, or says that there is none."),
    Page("classify.py", "classify", "Classify", ":material/category:",
         "Sort texts into classes, the model's or your own, and measure how often that is right."),
    Page("similarity.py", "similarity", "Similarity", ":material/compare_arrows:",
         "See how near texts are in meaning: pairs, lists, whole files, one word in several places."),
    Page("compare.py", "compare", "Compare", ":material/view_column:",
         "See where answers agree and differ: of several checkpoints, to two inputs, over a whole file."),
    Page("attention.py", "attention", "Attention", ":material/grid_on:",
         "Look at every attention head: which token takes from which."),
    Page("tokenizers.py", "tokenizers", "Tokenizers", ":material/content_cut:",
         "See how each checkpoint cuts a text into pieces, and what its vocabulary holds."),
    Page("leaderboard.py", "leaderboard", "Leaderboard", ":material/leaderboard:",
         "See small variants side by side, pretrained alike: what each learned, its cost, and which claims hold."),
    Page("models.py", "models", "Models", ":material/deployed_code:",
         "See what each checkpoint can do, and bring others: from the Hub, or your own."),
)  # fmt: skip


def find_page(file: str) -> Page:
    """The row of pages/`file`."""
    return next(page for page in PAGES if page.file == Path(file).name)


def link_target(page: Page) -> st.Page:
    """What st.navigation and st.page_link take."""
    path = ROOT / "pages" / page.file
    return st.Page(path, title=page.title, icon=page.icon, url_path=page.url_path, default=not page.url_path)


def main() -> None:
    """Draws the navigation and runs the page of the address."""
    st.set_page_config(page_title="BERT playground", page_icon="🎭", layout="wide")
    st.html(STYLE)
    st.navigation([link_target(page) for page in PAGES], position="top").run()


if __name__ == "__main__":
    main()
