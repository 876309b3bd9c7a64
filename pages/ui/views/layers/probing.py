"""What a linear probe reads from every layer, beside what it could remember by itself."""

from contextlib import AbstractContextManager
from typing import BinaryIO

import plotly.graph_objects as go
import streamlit as st

from core.checkpoints.catalog import Checkpoint, spoken
from core.errors import PlaygroundError
from core.inspect.conllu import MOST_BYTES, read_conllu
from core.inspect.grammar import ParsedSentence, sentences
from core.inspect.probe_run import ProbeRun, probe_rows
from core.inspect.probing import ProbeResult
from core.inspect.properties import OWN, PROBED, PROPERTIES, ProbeRows, label_rows, label_words
from core.jobs import Job
from core.snippets.probing import probing_snippet
from pages.ui.answers import cost
from pages.ui.app import desk, jobs, library
from pages.ui.app.arriving import opened
from pages.ui.app.desk import answer
from pages.ui.app.replies import NONE_CHOSEN
from pages.ui.figures.chart import BLUE, GREEN, ORANGE, PINK, chart
from pages.ui.figures.export import leave_table
from pages.ui.figures.figure import figure
from pages.ui.figures.markup import callout, escape, show, subtitle, table
from pages.ui.inputs.checkpoints import pick_checkpoints
from pages.ui.inputs.kept import kept
from pages.ui.views.files.file_view import read
from pages.ui.views.vectors.space import GREY, line

KEY = "probe_job"
COLORS = (BLUE, ORANGE, GREEN, PINK)  # of checkpoints in one picture
SEEN = "these probes and their results"  # by whoever has the link
ProbeSource = tuple[ParsedSentence, ...] | ProbeRows
FILE, FILE_ID = "probe_sentences", "probe_file_id"


def probing_view() -> None:
    """The whole view."""
    source = uploaded()
    if isinstance(source, ProbeRows):
        names = [OWN]
    else:
        names = st.pills(
            "What to probe for",
            list(PROPERTIES),
            default=list(PROPERTIES),
            selection_mode="multi",
            format_func=lambda name: PROPERTIES[name].title,
            **kept("probe_properties"),
        )
    checkpoints = pick_checkpoints("hidden-states", "probe")
    job = jobs.find(KEY)
    with desk.acting():
        unready = jobs.running(job) or not names or not checkpoints or isinstance(source, PlaygroundError)
        label = "Train the probes"
        go = st.button(label, type="primary", icon=":material/play_arrow:", disabled=unready, key="probe_go")
    with answer():
        if isinstance(source, PlaygroundError):
            raise source
        if go:
            jobs.start(KEY, ProbeRun(tuple(checkpoints), rows_of(source, names)))
            job = jobs.find(KEY)
        if job is None:
            if not checkpoints:
                show(NONE_CHOSEN)
            elif not jobs.show_gone(KEY, "set of probes", "Train them again."):
                waiting(source)
        elif job.progress.running:
            jobs.follow(KEY, so_far, linked=SEEN)
        else:
            outcome(job)


def uploaded() -> ProbeSource | PlaygroundError:
    """The sentences of the visitor's file, its labelled rows or what is wrong with it; without a file our own."""
    label = "Your own file (CoNLL-U, or CSV with the columns text and label)"
    file = st.file_uploader(label, ["conllu", "csv"], max_upload_size=MOST_BYTES // 1_000_000, key="probe_file")
    if file is None:
        st.session_state.pop(FILE_ID, None)
        return sentences(PROBED)
    if st.session_state.get(FILE_ID) != file.file_id:
        st.session_state[FILE] = parsed(file.name, opened(file))
        st.session_state[FILE_ID] = file.file_id
    found: ProbeSource | PlaygroundError = st.session_state[FILE]
    return found


def parsed(name: str, file: AbstractContextManager[BinaryIO]) -> ProbeSource | PlaygroundError:
    """What is in a file."""
    try:
        if name.lower().endswith(".conllu"):
            with file as content:
                return read_conllu(content.read(MOST_BYTES + 1))
        found = read(name, file)
        return found if isinstance(found, PlaygroundError) else label_rows(found)
    except PlaygroundError as e:
        return e


def rows_of(source: ProbeSource, names: list[str]) -> tuple[ProbeRows, ...]:
    """What each of the probes is trained on."""
    return (source,) if isinstance(source, ProbeRows) else tuple(label_words(name, source) for name in names)


def waiting(source: ProbeSource) -> None:
    """What will be done, and about how long it takes."""
    count = len(source.sentences) if isinstance(source, ProbeRows) else len(source)
    whose = "of your file" if st.session_state.get(FILE_ID) else "of our own grammar"
    message = f"{count:,} sentences {whose} are ready."
    hint = "Choose what to probe for. Together they take about half a minute for each small model."
    show(callout(message, hint, "note"))


def so_far(job: Job) -> str:
    """How far it is, in words."""
    return jobs.so_far(job.progress, f"{job.progress.share:.0%}", "")


def outcome(job: Job) -> None:
    """The results that are there, and why there are no more."""
    if job.progress.error:
        show(callout(job.progress.error.message, job.progress.error.hint))
    elif job.progress.stopped:
        show(callout("Stopped early.", "What was done by then is shown.", "note"))
    results: tuple[ProbeResult, ...] = job.result or ()
    if not results:
        return
    known = {row.id: row for row in library.catalog()}
    by_checkpoint = {name: tuple(one for one in results if one.checkpoint == name) for name in job.work.checkpoints}
    by_checkpoint = {name: found for name, found in by_checkpoint.items() if found and name in known}
    for name, found in by_checkpoint.items():
        with figure("What each layer knows", f"probe-order-{name}", name):
            cost.heading(known[name])
            order(found)
    for name in dict.fromkeys(one.name for one in results):
        same = [one for found in by_checkpoint.values() for one in found if one.name == name]
        if same:
            with figure(title_of(same[0]), f"probe-{name}", same[0].checkpoint if len(same) == 1 else ""):
                curves(same)
    counts = {
        name: f"{one.n_train:,} rows trained on, {one.n_test:,} tested" for name, (one, *_) in by_checkpoint.items()
    }

    def code() -> dict[str, str]:
        return {name: code_of(known[name], job.work.properties[0]) for name in counts}

    leave_table("probing", probe_rows(results), counts, code)
    st.caption(jobs.anyone(SEEN))


def code_of(row: Checkpoint, rows: ProbeRows) -> str:
    """The Python for the first property."""
    own_file = rows.name != OWN and rows != label_words(rows.name, sentences(PROBED))
    return probing_snippet(row, rows.name, own_file=own_file, of_words=rows.of_words)


def title_of(one: ProbeResult) -> str:
    """What pages call the property."""
    return PROPERTIES[one.name].title if one.name in PROPERTIES else "Your labels"


def order(results: tuple[ProbeResult, ...]) -> None:
    """The properties in the order in which the layers learn them, beside what was found in BERT."""
    ranked = sorted(results, key=lambda one: one.centre)
    rows = [
        [
            escape(title_of(one)),
            f"{one.centre:.1f}",
            f"{one.layers[0].accuracy:.3f}",
            str(one.best.layer),
            f"{one.best.accuracy:.3f} ± {one.best.error:.3f}",
            f"{one.majority:.3f}",
            "" if one.best.untrained is None else f"{one.best.untrained:.3f}",
            f"{one.best.selectivity:+.3f}".replace("-", "−"),
        ]
        for one in ranked
    ]
    show(subtitle("What each layer knows", "in the order in which the layers learn it"))
    if {"pos", "depth"} <= {one.name for one in results}:
        show(
            '<p class="pg-legend">In BERT, Tenney et al. (2019) found this order: parts of speech, constituents, '
            f"dependencies, roles, coreference. {escape(compared(results))}</p>"
        )
    headers = ["Property", "Learned at", "Embeddings", "Best layer", "Accuracy", "Majority", "Untrained", "Selectivity"]
    told = {
        "Learned at": "The mean layer of the gains from layer to layer (the centre of gravity)",
        "Majority": "The accuracy of always saying the most frequent class",
        "Untrained": "The same probe on a network of the same shape with random weights",
        "Selectivity": "How much better the probe is at this than at random classes of words",
    }
    show(table(headers, rows, "Each property with the layer that knows it best", range(1, 8), told=told))


def compared(results: tuple[ProbeResult, ...]) -> str:
    """Whether the order of the two properties that both have holds here."""
    by_name = {one.name: one for one in results}
    words, tree = by_name["pos"], by_name["depth"]
    where = f"parts of speech at layer {words.centre:.1f}, dependency depth at layer {tree.centre:.1f}"
    if abs(words.centre - tree.centre) < 0.5:
        return f"Here the two are too close to tell: {where}."
    return f"Here {'the same holds' if words.centre < tree.centre else 'it is the other way round'}: {where}."


def curves(found: list[ProbeResult]) -> None:
    """The accuracy on every layer with its error, and what it has to be compared with; several checkpoints as one line
    each, with their control tasks."""
    lines = alone(found[0]) if len(found) == 1 else together(found)
    one, layers = found[0], max((each.layers for each in found), key=len)
    places = [layer.layer for layer in layers]
    drawn = go.Figure([*lines, line(places, [one.majority] * len(places), "most frequent class", GREY)])
    drawn.update_layout(
        xaxis={"title": "layer (0: embeddings)", "dtick": 1}, yaxis={"title": "accuracy", "tickformat": ".0%"}
    )
    question = PROPERTIES[one.name].question if one.name in PROPERTIES else f"Which of {len(one.classes)} labels?"
    counts = f"{one.n_train:,} trained on, {one.n_test:,} tested, {one.n_unseen:,} of unseen words"
    dotted = "; dotted: control task (random classes)" if len(found) > 1 else ""
    show(subtitle(title_of(one), f"{question} {counts}{dotted}"))
    chart(drawn, f"probe-{one.name}-chart", f"The accuracy of the probe for {title_of(one)} on {len(places)} layers.")


def alone(one: ProbeResult) -> list[go.Scatter]:
    """The lines of one checkpoint."""
    layers = [layer.layer for layer in one.layers]
    lines = [right(one, "probe", BLUE)]
    lines.append(line(layers, [layer.control for layer in one.layers], "control task (random classes)", ORANGE))
    if all(layer.untrained is not None for layer in one.layers):
        untrained = [layer.untrained or 0.0 for layer in one.layers]
        lines.append(line(layers, untrained, "untrained network", GREEN))
    if one.n_unseen:
        lines.append(line(layers, [layer.unseen or 0.0 for layer in one.layers], "words it never trained on", PINK))
    return lines


def together(found: list[ProbeResult]) -> list[go.Scatter]:
    """Two lines for each of several checkpoints."""
    lines = []
    for one, color in zip(found, COLORS, strict=False):
        lines.append(right(one, spoken(one.checkpoint), color))
        control = line(
            [layer.layer for layer in one.layers], [layer.control for layer in one.layers], "control task", color
        )
        control.update(showlegend=False, line={"color": color, "dash": "dot", "width": 1.5})
        lines.append(control)
    return lines


def right(one: ProbeResult, name: str, color: str) -> go.Scatter:
    """The accuracy of a probe with its error."""
    found = line([layer.layer for layer in one.layers], [layer.accuracy for layer in one.layers], name, color)
    found.update(error_y={"type": "data", "array": [layer.error for layer in one.layers], "thickness": 1.5})
    return found
