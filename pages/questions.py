"""Questions: the answer to a question, marked in a passage."""

from pages.ui import frame, inputs
from pages.ui.export import leave_row
from pages.ui.guard import guard
from pages.ui.render import words
from pages.ui.side_by_side import ask, draw

frame.header(__file__)
checkpoints, request = inputs.ask("question-answering", "questions")
with guard():
    replies = draw(ask("question-answering", checkpoints, [request]), lambda reply: words.answers(reply.result))
    leave_row("questions", replies)
frame.footer(__file__)
