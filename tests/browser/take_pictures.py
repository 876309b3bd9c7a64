"""`make pictures` takes the pictures of the repository again: the preview of links and the README's screenshot."""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from core.paths import ASSETS
from pages.ui.app.served_html import PICTURE, PICTURE_SIZE
from tests.browser.conftest import find_browser, running_server
from tests.browser.visiting import at_rest, go

VARIANTS = ("mini-bert", "mini-roberta", "mini-deberta")
PICTURES = {  # file -> what it shows, in a window of which size
    PICTURE: ("", PICTURE_SIZE),
    ASSETS / "screenshot.png": ("fill-mask?" + "&".join(f"fill_checkpoints={id}" for id in VARIANTS), (1366, 768)),
}


def main() -> None:
    """Starts the app, opens each address in a fresh window, in light colours, and writes what is seen."""
    with (
        TemporaryDirectory() as folder,
        running_server(Path(folder) / "log") as address,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_browser(playwright)) as browser,
    ):
        for file, (path, (width, height)) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
            at_rest(go(page, address, path)).screenshot(path=file)
            page.close()
            print(file.name)


if __name__ == "__main__":
    main()
