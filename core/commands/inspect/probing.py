"""`python -m core inspect probe`: what a linear probe reads from every layer."""

from pathlib import Path
from typing import Annotated, Any

import typer

from core.commands.inspect.answer import CheckpointOption, OutputOption, open_engine, read_input, write
from core.errors import InputError
from core.files.tables import read_table
from core.inspect.conllu import MOST_BYTES, read_conllu
from core.inspect.grammar import sentences
from core.inspect.probe_run import run_probes
from core.inspect.probing import ProbeResult
from core.inspect.properties import OWN, PROBED, PROPERTIES, ProbeRows, find_property, label_rows, label_words

PropertyOption = Annotated[
    str, typer.Option("--property", help=f"One of {', '.join(PROPERTIES)}; not needed with labels of your own.")
]


def probe(
    name: PropertyOption = "",
    checkpoint: CheckpointOption = "",
    input: Annotated[
        Path | None,
        typer.Option(
            help="A CoNLL-U file, or a CSV file with the columns text, label and perhaps word; else our own sentences."
        ),
    ] = None,
    output: OutputOption = None,
) -> None:
    """The accuracy of a linear probe on every layer, beside a control task and an untrained network."""
    labelled = read_labelled(name, input)
    engine, id = open_engine("hidden-states", checkpoint)
    (result,) = run_probes(engine, id, [labelled])
    write(answer(result), output)


def read_labelled(name: str, input: Path | None) -> ProbeRows:
    """The words to probe for the property, or the rows of a labelled file."""
    if input and input.suffix.lower() in (".csv", ".tsv", ".jsonl"):
        if name not in ("", OWN):
            raise InputError("A file with labels has its own property.", f"Leave --property {name} out.")
        return label_rows(read_table(input.name, read_input(input)))
    if not name:
        raise InputError("There is no property.", f"Give --property, one of {', '.join(PROPERTIES)}.")
    find_property(name)
    return label_words(name, read_conllu(read_input(input, MOST_BYTES + 1)) if input else sentences(PROBED))


def answer(result: ProbeResult) -> dict[str, Any]:
    """{"layers": [{"layer", "accuracy", "error", "control", "selectivity", "untrained", "unseen"}], "majority",
    "n_train", "n_test", "n_unseen"}; `unseen` is null where the test has no word that the training lacks."""
    layers = [
        {
            "layer": one.layer,
            "accuracy": one.accuracy,
            "error": one.error,
            "control": one.control,
            "selectivity": one.selectivity,
            "untrained": one.untrained,
            "unseen": one.unseen,
        }
        for one in result.layers
    ]
    counts = {name: getattr(result, name) for name in ("majority", "n_train", "n_test", "n_unseen")}
    return {"property": result.name, "classes": list(result.classes), "layers": layers} | counts
