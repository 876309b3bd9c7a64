"""What a page shows, read off an AppTest."""

from streamlit.testing.v1 import AppTest


def bodies(app: AppTest) -> str:
    """All HTML that the page draws itself."""
    return "\n".join(element.proto.body for element in app.main if element.type == "html")


def errors(app: AppTest) -> list[str]:
    """What the page tells the visitor went wrong."""
    return [line for line in bodies(app).splitlines() if 'role="alert"' in line]
