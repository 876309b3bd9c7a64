"""Compare: several checkpoints on one input, one checkpoint on two, or several on a file; quality beside cost."""

import streamlit as st

from core.errors import InputError
from core.files.rows import rows
from core.provenance import Request, Row
from core.snippets import snippet
from core.tasks import TASKS
from pages.ui import frame, inputs, visitor
from pages.ui.apart import apart
from pages.ui.comparison import beside_origin, costs, draw_change
from pages.ui.desk import answer, fields
from pages.ui.export import leave_row
from pages.ui.files import file_view
from pages.ui.inputs import FORMS
from pages.ui.markup import callout, show
from pages.ui.render.pictures import PICTURES
from pages.ui.side_by_side import Reply, agreed, ask, draw_marked


def choose_task() -> str:
    """Any task, shown by its name; the address keeps its id."""
    return inputs.named_choice("Task", list(PICTURES), lambda task: TASKS[task].title, "task")


def several() -> None:
    """One input: how far the checkpoints agree, each answer with its marks, quality beside cost, what differs."""
    task = choose_task()
    opens = PICTURES[task]
    checkpoints, request = inputs.ask(
        task, f"compare_{task}", default=2, first=opens.models, example=opens.opening(task)[0]
    )
    with answer():
        if len(checkpoints) == 1:
            show(callout("One model is chosen.", inputs.another(task), "note"))
        asked = ask(task, checkpoints, [request])
        found = agreed(asked)
        replies = draw_marked(asked, found, PICTURES[task].draw)
        costs(task, replies)
        if found:
            beside_origin(replies, found)
        leave_row("compare", replies)


def two_inputs() -> None:
    """One checkpoint, two inputs side by side: what becomes of the answer."""
    task = choose_task()
    prefix, form = f"compare_{task}", FORMS[task]
    texts = []
    with fields("pair"):
        for letter, own, n in zip("AB", (prefix, f"{prefix}_b"), PICTURES[task].opening(task), strict=True):
            with st.container():
                labels = {name: f"Input {letter}: {label[0].lower()}{label[1:]}" for name, label in form.labels.items()}
                texts.append(inputs.texts(task, own, labels, long=form.long, example=n))
    checkpoint, options = inputs.one_and_options(task, prefix)
    with answer():
        replies = [reply_to(task, checkpoint, inputs.request_of(task, one, options)) for one in texts]
        draw_change(replies, PICTURES[task].draw)
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
    return [{"input": letter, **row} for letter, r in zip("AB", reply.results, strict=True) for row in rows(r)]


def lettered_code(reply: Reply) -> str:
    """The code of both inputs, one after the other."""
    row = visitor.catalog()[reply.checkpoint]
    return "\n\n".join(
        f"# Input {letter}\n{snippet(row, one)}" for letter, one in zip("AB", reply.requests, strict=True)
    )


def file() -> None:
    """A file: on how many rows the checkpoints agree, where they differ most, and how fast each is."""
    task = choose_task()
    prefix = f"compare_file_{task}"
    run = file_view(task, prefix, default=2, first=PICTURES[task].models, example=PICTURES[task].example)
    with answer():
        if run:
            apart(task, run, prefix)


VIEWS = {"Several models": several, "Two inputs": two_inputs, "A file": file}

frame.page(__file__, "compare_view", VIEWS)
