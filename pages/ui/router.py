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
    Page("home.py", "", "Home", ":material/home:", "Type a sentence and watch BERT and its relatives read it."),
    Page("fill_mask.py", "fill-mask", "Fill a mask", ":material/edit_note:",
         "Hide a word and see what the model predicts, or swap one and see if it notices."),
    Page("entities.py", "entities", "Entities", ":material/sell:",
         "Find the people, places, organisations and other names in a text."),
    Page("questions.py", "questions", "Questions", ":material/quiz:",
         "Ask a question about a passage. The model highlights the answer, or tells you there isn't one."),
    Page("classify.py", "classify", "Classify", ":material/category:",
         "Classify text with the model's labels or your own, and measure the accuracy."),
    Page("similarity.py", "similarity", "Similarity", ":material/compare_arrows:",
         "See how close texts are in meaning: two sentences, a list, a whole file, or one word in several contexts."),
    Page("compare.py", "compare", "Compare", ":material/view_column:",
         "See where models agree and disagree: side by side, on two inputs, or across a whole file."),
    Page("attention.py", "attention", "Attention", ":material/grid_on:",
         "Look inside every attention head: which token attends to which."),
    Page("tokenizers.py", "tokenizers", "Tokenizers", ":material/content_cut:",
         "See how each model splits text into tokens, and search its vocabulary."),
    Page("leaderboard.py", "leaderboard", "Leaderboard", ":material/leaderboard:",
         "Small BERT variants trained on the same text: what each learned, what it costs, which claims hold up."),
    Page("models.py", "models", "Models", ":material/deployed_code:",
         "See what each model can do, and add more from the Hub or your own files."),
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
