"""What papers say of layers, on our own sentences or on those of a CoNLL-U file."""

from core.errors import PlaygroundError
from pages.ui.app.desk import answer
from pages.ui.inputs.conllu import conllu_file
from pages.ui.views.claims import claims_view


def layers_claims() -> None:
    """The whole view."""
    file = conllu_file("Sentences for the probes: a CoNLL-U file, else our own", "layers_claims_file")
    if isinstance(file, PlaygroundError):
        with answer():
            raise file
        return
    claims_view("layers", file.sentences if file else ())
