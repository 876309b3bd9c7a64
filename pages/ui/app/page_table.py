"""The page table: every page with its address, its group, its title and what can be found out there."""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.paths import ASSETS, ROOT

STYLE = ASSETS / "style.css"
BRAND = "BERT playground"
ICON = ASSETS / "icon.svg"

GROUPS = ("Try", "Compare", "Look inside", "Train")  # sections of the bar and parts of Home, in this order


@dataclass(frozen=True)
class Page:
    """One row: `sentence` says what can be found out there, `group` where it belongs; Home belongs to none."""

    file: str
    url_path: str
    group: str
    title: str
    icon: str
    sentence: str


PAGES = (
    Page("home.py", "", "", "Home", ":material/home:",
         "Type a sentence and watch BERT read it: the words it predicts, the names it spots, the answers it finds, "
         "and what every attention head looks at."),
    Page("fill_mask.py", "fill-mask", "Try", "Fill a mask", ":material/edit_note:",
         "Hide a word and see what the model predicts, or swap one and see if it notices."),
    Page("entities.py", "entities", "Try", "Entities", ":material/sell:",
         "Find the people, places, organisations and other names in a text."),
    Page("questions.py", "questions", "Try", "Questions", ":material/quiz:",
         "Ask a question about a passage. The model highlights the answer, or tells you there isn't one."),
    Page("classify.py", "classify", "Try", "Classify", ":material/category:",
         "Classify text with the model's labels or your own, and measure the accuracy."),
    Page("similarity.py", "similarity", "Try", "Similarity", ":material/compare_arrows:",
         "See how close texts are in meaning: two sentences, a list, a whole file, or one word in several contexts."),
    Page("compare.py", "compare", "Compare", "Compare", ":material/view_column:",
         "See where models agree and disagree: side by side, on two inputs, or across a whole file."),
    Page("leaderboard.py", "leaderboard", "Compare", "Leaderboard", ":material/leaderboard:",
         "Small BERT variants trained on the same text: what each learned, what it costs, and which claims hold up."),
    Page("models.py", "models", "Compare", "Models", ":material/deployed_code:",
         "See what each model can do, and add more from the Hub or your own files."),
    Page("tokenizers.py", "tokenizers", "Compare", "Tokenizers", ":material/content_cut:",
         "See how each model splits text into tokens, and search its vocabulary."),
    Page("attention.py", "attention", "Look inside", "Attention", ":material/grid_on:",
         "Look inside every attention head: which token attends to which."),
    Page("steps.py", "steps", "Look inside", "Step by step", ":material/footprint:",
         "Follow your own sentence through the network: every step with its real numbers, played or one at a time."),
    Page("layers.py", "layers", "Look inside", "Layers", ":material/layers:",
         "Watch an answer take shape from layer to layer, and see what each layer knows of the grammar."),
    Page("explain.py", "explain", "Look inside", "Explain", ":material/help_center:",
         "See which words an answer rests on, which explanation to believe, and what happens when parts of the "
         "network are switched off."),
    Page("objectives.py", "objectives", "Train", "Objectives", ":material/target:",
         "See what encoders are trained to do, and try it yourself: hide words and read the loss of each, judge pairs "
         "of sentences, fool a model with swapped words, and watch a tiny one learn from nothing."),
    Page("finetune.py", "fine-tune", "Train", "Fine-tune", ":material/model_training:",
         "Teach a model with rows of your own: labels, names, answers or hidden words. Watch it learn, then try it on "
         "every page."),
    Page("compress.py", "smaller-and-faster", "Train", "Smaller and faster", ":material/compress:",
         "Make a model smaller and faster, and see what that costs: fewer bits, heads and layers, an early exit, a "
         "student that learns from a teacher; and what batches and a cache bring."),
)  # fmt: skip


def find_page(file: str) -> Page:
    """The row of pages/`file`."""
    return next(page for page in PAGES if page.file == Path(file).name)


def link_target(page: Page) -> st.Page:
    """What st.navigation and st.page_link take."""
    path = ROOT / "pages" / page.file
    return st.Page(path, title=page.title, icon=page.icon, url_path=page.url_path, default=not page.url_path)


def grouped() -> dict[str, list[Page]]:
    """The pages by group, Home's first; groups without a page are left out."""
    found = {group: [page for page in PAGES if page.group == group] for group in ("", *GROUPS)}
    return {group: pages for group, pages in found.items() if pages}


def tab_title(page: Page) -> str:
    """What the browser's tab says."""
    return f"{page.title} · {BRAND}" if page.url_path else BRAND
