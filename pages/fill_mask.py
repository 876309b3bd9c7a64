"""Fill a mask: words for each gap of a sentence."""

from pages.ui import frame, inputs
from pages.ui.export import leave_row
from pages.ui.guard import guard
from pages.ui.render import words
from pages.ui.side_by_side import ask, draw

frame.header(__file__)
checkpoints, request = inputs.ask("fill-mask", "fill")
with guard():
    replies = draw(ask("fill-mask", checkpoints, [request]), lambda reply: words.mask_fills(reply.result))
    leave_row("fill-mask", replies)
frame.footer(__file__)
