"""Buttons that save a figure as PNG or SVG: a component of ours, its script in assets/save_picture.js."""

from pages.ui.figures.component import component

_mount = component("save_picture", "buttons", style="buttons")


def save_picture(key: str, title: str, caption: str, name: str) -> None:
    """The buttons for the figure `key`; `caption` stands under the picture, `name` is that of the file."""
    data = {"key": key, "title": title, "caption": caption, "name": name}
    _mount(key=f"save-{key}", data=data, width="content")
