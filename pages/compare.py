"""Compare: several checkpoints on one input, one checkpoint on two, or several on a file; quality beside cost."""

import streamlit as st

from core.errors import InputError
from core.files.rows import rows
from core.provenance import Request, Row
from core.snippets import snippet
from core.tasks import TASKS
from pages.ui.answers.picture import picture_of
from pages.ui.app import frame, library
from pages.ui.app.desk import answer, fields
from pages.ui.app.replies import Reply, ask
from pages.ui.figures.export import leave_row, pair
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.checkpoints import where_another_is
from pages.ui.inputs.forms import ask_for, form_of, one_and_options, request_of
from pages.ui.inputs.kept import pick_named
from pages.ui.inputs.texts import text_boxes
from pages.ui.views.comparison.around_answers import beside_origin, costs, draw_change
from pages.ui.views.comparison.file_rows import file_comparison
from pages.ui.views.files.file_view import file_view
from pages.ui.views.side_by_side import agreed, draw_marked


def choose_task() -> str:
    """Any task, shown by its name; the address keeps its id."""
    return pick_named("Task", list(TASKS), lambda task: TASKS[task].title, "task")


def several() -> None:
    """One input: how far the checkpoints agree, each answer with its marks, quality beside cost, what differs."""
    task = choose_task()
    opens = picture_of(task)
    checkpoints, request = ask_for(
        task, f"compare_{task}", default=2, first=opens.models, example=opens.opening(task)[0]
    )
    with answer():
        if len(checkpoints) == 1:
            show(callout("One model is chosen.", where_another_is(task), "note"))
        asked = ask(task, checkpoints, [request])
        found = agreed(asked)
        replies = draw_marked(asked, found, opens.draw)
        costs(task, replies)
        if found:
            beside_origin(replies, found)
        leave_row("compare", replies)


def two_inputs() -> None:
    """One checkpoint, two inputs side by side: what becomes of the answer."""
    task = choose_task()
    prefix, form = f"compare_{task}", form_of(task)
    texts = []
    with fields("pair"):
        for letter, own, n in zip("AB", (prefix, f"{prefix}_b"), picture_of(task).opening(task), strict=True):
            with st.container():
                labels = {name: f"Input {letter}: {label[0].lower()}{label[1:]}" for name, label in form.labels.items()}
                texts.append(text_boxes(task, own, labels, long=form.long, example=n))
    checkpoint, options = one_and_options(task, prefix)
    with answer():
        replies = [reply_to(task, checkpoint, request_of(task, one, options)) for one in texts]
        draw_change(replies, picture_of(task).draw)
        if not any(reply.error for reply in replies):
            results, requests = sum((r.results for r in replies), ()), sum((r.requests for r in replies), ())
            leave_row("compare", [Reply(checkpoint, results, requests=requests)], lettered, code=lettered_code)


def reply_to(task: str, checkpoint: str, request: Request) -> Reply:
    """The reply to one of two inputs; what is wrong with it does not lose the other."""
    try:
        return ask(task, [checkpoint], [request])[0]
    except InputError as e:
        return Reply(checkpoint, error=e)


def lettered(reply: Reply) -> list[Row]:
    """The rows of both inputs, with their letters."""
    return [
        {"input": letter, **pair(result), **row}
        for letter, result in zip("AB", reply.results, strict=True)
        for row in rows(result)
    ]


def lettered_code(reply: Reply) -> str:
    """The code of both inputs, one after the other."""
    row = library.catalog()[reply.checkpoint]
    return "\n\n".join(
        f"# Input {letter}\n{snippet(row, one)}" for letter, one in zip("AB", reply.requests, strict=True)
    )


def file() -> None:
    """A file: on how many rows the checkpoints agree, where they differ most, and how fast each is."""
    task = choose_task()
    prefix, opens = f"compare_file_{task}", picture_of(task)
    run = file_view(task, prefix, default=2, first=opens.models, example=opens.example)
    with answer():
        if run:
            file_comparison(task, run, prefix)


VIEWS = {"Several models": several, "Two inputs": two_inputs, "A file": file}

frame.page(__file__, "compare_view", VIEWS)
