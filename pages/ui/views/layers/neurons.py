"""The neurons of a layer, and the pieces and places that fire each most."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO

import streamlit as st

from core.errors import InputError, PlaygroundError
from core.files.tables import KINDS, LARGEST_MB, Table
from core.inspect.geometry import default_texts
from core.inspect.neurons import Firing, Neuron, NeuronFindings, NeuronSearch, NeuronSearches, neuron_rows
from core.jobs import Job
from core.provenance import Row
from core.snippets import snippet
from core.tasks.hidden_states.schema import HiddenStatesRequest
from core.text.phrases import quoted
from pages.ui.answers import cost
from pages.ui.app import jobs, library
from pages.ui.app.arriving import opened
from pages.ui.app.desk import answer, settings
from pages.ui.app.guard import guard
from pages.ui.app.replies import NONE_CHOSEN
from pages.ui.figures.acts import button, on_act
from pages.ui.figures.bars import Bar, bars
from pages.ui.figures.export import csv, json_text, row
from pages.ui.figures.figure import figure
from pages.ui.figures.marked import Mark, marked
from pages.ui.figures.markup import callout, escape, show, subtitle, table, two_digits
from pages.ui.inputs import examples
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.layer_and_head import number
from pages.ui.inputs.texts import between_commas, lines_of, text_boxes
from pages.ui.inputs.writing import write
from pages.ui.views.files.file_view import read
from pages.ui.views.side_by_side import status_of

KEY = "neurons_job"
FILE, FILE_ID = "neurons_texts_of_file", "neurons_file_id"
SEEN = "these texts and what fires in them"  # by whoever has the link
MOST_TEXTS, SHOWN, IN_FILES = 2000, 15, 50
AROUND = 60  # characters of a text that are shown on either side
LABELS = {
    "neuron": "Neuron to look at, counted from 0, or one for each model: 12, 40 (empty: the strongest)",
    "texts": "Texts, one per line; if there are none, sentences of our own are used",
}


def neurons_view() -> None:
    """The whole view."""
    values = text_boxes("neurons", "neurons", LABELS, long=["texts"])
    from_file = uploaded()
    checkpoints = pick_checkpoints("hidden-states", "neurons")
    depths = {one: max(1, status_of(one).layers) for one in checkpoints}
    with settings():
        most = max(depths.values(), default=1)
        layer = number("Layer", most, "neurons_layer", examples.opening("neurons", "layer"))
    with answer():
        if isinstance(from_file, PlaygroundError):
            raise from_file
        texts = from_file or tuple(lines_of(values["texts"], MOST_TEXTS)) or tuple(one.text for one in default_texts())
        if not checkpoints:
            show(NONE_CHOSEN)
            return
        searches = tuple(NeuronSearch(one, min(layer, depth), texts) for one, depth in depths.items())
        job = jobs.by_itself(KEY, NeuronSearches(searches), "Reading the texts", so_far, linked=SEEN)
        if job is None:
            return
        if job.progress.error:
            show(callout(job.progress.error.message, job.progress.error.hint))
        elif job.progress.stopped:
            show(callout("Stopped before all texts were read.", "Change the texts, the layer or the models.", "note"))
        if job.result:
            draw(checkpoints, job.result, values["neuron"])


def uploaded() -> tuple[str, ...] | PlaygroundError:
    """The texts of the visitor's file or what is wrong with it; none without a file."""
    label = "Or a file: TXT with a text on each line, CSV or JSONL with the column text"
    file = st.file_uploader(label, list(KINDS), max_upload_size=LARGEST_MB, key="neurons_file")
    if file is None:
        st.session_state.pop(FILE_ID, None)
        return ()
    if st.session_state.get(FILE_ID) != file.file_id:
        st.session_state[FILE] = texts_of_file(file.name, opened(file))
        st.session_state[FILE_ID] = file.file_id
    found: tuple[str, ...] | PlaygroundError = st.session_state[FILE]
    return found


def texts_of_file(name: str, file: AbstractContextManager[BinaryIO]) -> tuple[str, ...] | PlaygroundError:
    """The column `text` of a file, or its first one."""
    found = read(name, file)
    if not isinstance(found, Table):
        return found
    texts = [one for one in found.column("text" if "text" in found.columns else found.columns[0]) if one.strip()]
    if len(texts) > MOST_TEXTS:
        message = f"There are {len(texts):,} texts; up to {MOST_TEXTS:,} are allowed."
        return InputError(message, "Use a part of the file.")
    return tuple(texts)


def so_far(job: Job) -> str:
    """How far it is, in words."""
    return jobs.so_far(job.progress, f"{job.progress.done:,} of {job.progress.total:,} texts", "")


def draw(checkpoints: Sequence[str], results: Sequence[NeuronFindings | PlaygroundError], wanted: str) -> None:
    """Each checkpoint in a column: one of its neurons, then the strongest ones as a table."""
    examples.look(checkpoints)
    numbers = asked(wanted)
    written: list[int] = []
    for n, (column, one) in enumerate(zip(st.columns(len(checkpoints), gap="large"), results, strict=False)):
        with column, guard():
            if isinstance(one, PlaygroundError):
                written.append(0)
                raise one
            number = numbers[min(n, len(numbers) - 1)] if numbers else one.strongest(1)[0]
            written.append(number)
            draw_column(one, number, n)

    def choose(act: str) -> None:
        place, _, number = act.partition(" ")
        chosen = [number if str(n) == place else str(one) for n, one in enumerate(written)]
        write("neurons_neuron", ", ".join(chosen))

    on_act(choose)
    leave([one for one in results if isinstance(one, NeuronFindings)], written)


def draw_column(found: NeuronFindings, number: int, n: int) -> None:
    """One checkpoint, the one at place `n`."""
    strongest = found.strongest(SHOWN)
    if number >= found.width:
        hint = f"The strongest is shown; layer {found.layer} of this model has neurons 0 to {found.width - 1:,}."
        show(callout(f"There is no neuron {number:,}.", hint, "note"))
    chosen = found.neuron(number if number < found.width else strongest[0])
    with figure("", found.checkpoint, found.checkpoint):
        cost.heading(library.catalog()[found.checkpoint])
        with figure(f"Neuron {chosen.number} in layer {found.layer}", f"neuron-{n}-{chosen.number}"):
            one_neuron(chosen, found)
        with figure(f"Neurons in layer {found.layer}", f"neurons-{n}"):
            strongest_neurons(found, strongest, n)


def leave(found: Sequence[NeuronFindings], numbers: Sequence[int]) -> None:
    """The buttons; the files have the neurons that are shown, and the strongest ones."""
    origins = {
        one.checkpoint: f"layer {one.layer}, {len(one.texts):,} texts, {len(one.tokens):,} tokens" for one in found
    }

    def rows() -> list[Row]:
        every: list[Row] = []
        for one in found:
            shown = [number for number in numbers if number < one.width]
            named = neuron_rows(one, list(dict.fromkeys([*shown, *one.strongest(IN_FILES)])))
            every += [{"checkpoint": one.checkpoint, **each} for each in named]
        return every

    def code() -> dict[str, str]:
        return {one.checkpoint: code_of(one) for one in found}

    row("neurons", lambda: csv(rows()), lambda: json_text(rows()), origins, code)


def code_of(found: NeuronFindings) -> str:
    """The Python for the text on which the strongest neuron fires most."""
    places = found.neuron(found.strongest(1)[0]).places
    text = places[0].text if places else found.texts[0]
    return snippet(library.catalog()[found.checkpoint], HiddenStatesRequest(text, neurons=found.layer))


def asked(written: str) -> list[int]:
    """The numbers that are written, one for all models or one for each; InputError if it is none."""
    numbers = between_commas(written)
    for one in numbers:
        if not (one.isascii() and one.isdecimal() and len(one) < 7):
            raise InputError(f"{quoted(one)} is not a number of a neuron.", "Write a number, such as 12.")
    return [int(one) for one in numbers]


def one_neuron(one: Neuron, found: NeuronFindings) -> None:
    """The pieces that fire it most, and the places at which it does."""
    note = f"fires at {one.fires:.0%} of {len(found.tokens):,} tokens, at most {two_digits(one.largest)}"
    show(subtitle(f"Neuron {one.number} in layer {found.layer}", note))
    if not one.places:
        show(callout("It does not fire in these texts.", "Choose another neuron, or more texts.", "note"))
        return
    rows = [Bar(label, value / one.largest, two_digits(value)) for label, value in one.pieces]
    show('<p class="pg-legend">The different pieces with its largest activation on each.</p>')
    show(bars(rows, f"The pieces that fire neuron {one.number} most"))
    show('<p class="pg-legend">The places at which it fires most, with its activation there.</p>')
    show("".join(map(place_html, one.places)))


def place_html(place: Firing) -> str:
    """A place in its text, or in a part of one that is long."""
    start, end = max(0, place.start - AROUND), min(len(place.text), place.end + AROUND)
    before, behind = "… " if start else "", " …" if end < len(place.text) else ""
    text = f"{before}{place.text[start:end]}{behind}"
    moved = place.start - start + len(before)
    mark = Mark(moved, moved + place.end - place.start, "var(--accent)", two_digits(place.activation))
    return marked(text, [mark])


def strongest_neurons(found: NeuronFindings, strongest: list[int], n: int) -> None:
    """The table."""
    cut = f", {found.cut:,} of them too long to be read whole" if found.cut else ""
    note = f"{found.width:,} neurons, {len(found.texts):,} texts{cut}; click a number to see where it fires"
    show(subtitle(f"The neurons in layer {found.layer} with the largest activation", note))
    cells = []
    for one in map(found.neuron, strongest):
        title = f"Show where neuron {one.number} fires"
        pieces = " · ".join(f"<bdi>{escape(label)}</bdi>" for label, _ in one.pieces)
        cells.append(
            (button(str(one.number), f"{n} {one.number}", title), two_digits(one.largest), f"{one.fires:.0%}", pieces)
        )
    headers = ("Neuron", "Largest", "Fires at", "Pieces that fire it most")
    told = {
        "Largest": "The largest activation at any token",
        "Fires at": "The share of tokens at which it is above zero",
    }
    show(table(headers, cells, f"Neurons in layer {found.layer} of {found.checkpoint}", (1, 2), told=told))
    show(
        '<p class="pg-legend">A neuron is one number between the two products of the feed-forward part, after the '
        "activation. Geva et al. 2021 (arXiv 2012.14913) found, in a model that writes text, that each answers to a "
        "pattern: words in lower layers, meanings in upper ones. Many answer to several things; ## continues a "
        "word.</p>"
    )
