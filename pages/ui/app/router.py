"""The frame around every page. Streamlit runs this script on each request; nothing imports it."""

import streamlit as st

from pages.ui.app import theme
from pages.ui.app.link import follow_the_link
from pages.ui.app.page_table import ICON, PAGES, STYLE, grouped, link_target, tab_title
from pages.ui.app.unseen import unseen


def main() -> None:
    """Draws the navigation and runs the page of the address."""
    chosen = st.navigation(
        {group: [link_target(page) for page in pages] for group, pages in grouped().items()}, position="top"
    )
    title = next(tab_title(page) for page in PAGES if page.url_path == chosen.url_path)
    st.set_page_config(page_title=title, page_icon=ICON, layout="wide")
    st.logo(str(ICON), size="large")
    st.html(STYLE)
    unseen()
    follow_the_link(chosen.url_path)
    chosen.run()
    theme.switch()


if __name__ == "__main__":
    main()
