"""How a snippet reads a text over the context length: the same stretches of it as the tasks take."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import room

READ_IN_WINDOWS = Template('''\
def read_in_windows(inputs, room=$room, overlap=$overlap):
    """The logits of each piece, from the window in which it has most context on both sides."""
    pieces = inputs["input_ids"].shape[1] - 2
    starts = [*range(0, pieces - room, room - overlap), max(0, pieces - room)]
    borders = [0, *((start + following + room) // 2 for start, following in zip(starts, starts[1:])), pieces]
    for start, first, end in zip(starts, borders, borders[1:]):
        columns = [0, *range(1, pieces + 1)[start : start + room], -1]
        logits = model(**{name: rows[:, columns] for name, rows in inputs.items()}).logits[0]
        yield from logits[1 + first - start : 1 + end - start]


''')

READ_MASKS = Template('''\
def read_masks(inputs, room=$room):
    """The logits of each mask, from a stretch of the text with the masks near its middle: (masks, vocabulary)."""
    ids = inputs["input_ids"][0, 1:-1].tolist()
    masks = [n for n, token_id in enumerate(ids) if token_id == tokenizer.mask_token_id]
    found = {}
    left = masks
    while left:
        near = [n for n in left if n < left[0] + room]
        start = max(0, min((near[0] + near[-1] - room) // 2 + 1, len(ids) - room))
        columns = [0, *range(1, len(ids) + 1)[start : start + room], -1]
        logits = model(**{name: rows[:, columns] for name, rows in inputs.items()}).logits[0]
        for n in masks:
            if start <= n < start + room:
                found.setdefault(n, logits[1 + n - start])
        left = left[len(near) :]
    return torch.stack([found[n] for n in masks])


''')

READ_PIECE = Template('''\
def read(ids, n, room=$room):
    """The logits of piece n, from the stretch of the text around it."""
    start = max(0, min(n - 1 - room // 2, len(ids) - 2 - room))
    near = torch.cat([ids[:1], ids[1:-1][start : start + room], ids[-1:]])
    return model(input_ids=near[None]).logits[0, n - start]


''')


def define(function: Template, checkpoint: Checkpoint) -> str:
    """The lines that define a function of this file for the checkpoint's context length."""
    return function.substitute(room=room(checkpoint), overlap=min(64, room(checkpoint) // 2))
