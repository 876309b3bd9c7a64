"""A figure as one HTML file that needs nothing else: no network, no server, no other file."""

from collections.abc import Sequence
from string import Template

from core.paths import ROOT
from pages.ui.app.page_table import STYLE
from pages.ui.figures.figure import Figure
from pages.ui.figures.markup import escape

OWN_STYLE = ROOT / "assets" / "standalone.css"
PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
$style
</style>
</head>
<body>
<main class="stHtml">
$parts
</main>
<footer>$caption</footer>
</body>
</html>
""")


def standalone(figure: Figure, caption: Sequence[str]) -> str:
    """The file, with the script of the charts where there are any. `caption` are plain lines under the picture."""
    parts, script = [], True
    for part in figure.parts:
        if isinstance(part, str):
            parts.append(part)
        elif callable(part):
            parts.append(part())
        else:
            config: dict[str, object] = {"displayModeBar": False, "responsive": True}
            parts.append(part.to_html(full_html=False, include_plotlyjs=script, config=config))
            script = False
    style = STYLE.read_text(encoding="utf-8") + OWN_STYLE.read_text(encoding="utf-8")
    return PAGE.substitute(
        title=escape(caption[0]),
        style=style,
        parts="\n".join(parts),
        caption="<br>".join(map(escape, caption)),
    )
