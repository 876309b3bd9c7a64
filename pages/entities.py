"""Entities: the names in a text, by kind."""

from pages.ui import frame, inputs
from pages.ui.export import leave_row
from pages.ui.guard import guard
from pages.ui.render import words
from pages.ui.side_by_side import ask, draw

frame.header(__file__)
checkpoints, request = inputs.ask("token-classification", "entities")
with guard():
    replies = draw(ask("token-classification", checkpoints, [request]), lambda reply: words.entities(reply.result))
    leave_row("entities", replies)
frame.footer(__file__)
