"""pseudo-likelihood outside the playground, pieces hidden in turn, read as they are or with others in their places."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import fits, script
from core.snippets.windows import READ_IN_WINDOWS, READ_PIECE, define
from core.snippets.words import JOINED, LETTER, SPANS, WORD
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest

HIDDEN_IN_TURN = Template('''\
def hidden_in_turn(ids):
    """The logits in place of each piece, read with it and the rest of its word hidden."""
    for n in range(1, len(ids) - 1):
        end = next(m for m in range(n + 1, len(ids)) if not joined(m))
        hidden = ids.clone()
        hidden[n:end] = tokenizer.mask_token_id
        yield $logits


''')

SHOWN = Template('''\
def in_their_places(ids):
    """The logits in place of some pieces, all read at once with others shown there."""
    places = $shown  # number of a piece, from 0, and the id that stands in its place
    shown = ids.clone()
    for n, id in places:
        shown[n + 1] = tokenizer.mask_token_id if id is None else id
    logits = model(input_ids=shown[None]).logits[0]
    for n, _ in sorted(places):
        yield n + 1, logits[n + 1]


''')

BODY = Template("""\
text = $text
inputs = tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
offsets, ids, word_ids = inputs.pop("offset_mapping")[0].tolist(), inputs["input_ids"][0], inputs.word_ids()
$spans

pieces = []
for n, logits in $every:
    log_probabilities = logits.log_softmax(-1)
    own = log_probabilities[ids[n]]
    fills, _ = words(log_probabilities, text[: spans[n][0]], $top_k)
    pieces.append(
        {
            "token": tokenizer.convert_ids_to_tokens(ids[n].item()),
            "start": spans[n][0],
            "end": spans[n][1],
            "log_probability": own.item(),
            "rank": (log_probabilities > own).sum().item() + 1,
            "entropy": -(log_probabilities.exp() * log_probabilities).sum().item() / math.log(2),  # bits
            "fills": [{"text": fill, "score": math.exp(score)} for fill, _, score in fills],
        }
    )
total = sum(piece["log_probability"] for piece in pieces)
print(json.dumps({"log_likelihood": total, "pieces": pieces}, ensure_ascii=False, indent=1))
""")


def snippet(checkpoint: Checkpoint, request: PseudoLikelihoodRequest) -> str:
    """The code for one request."""
    short = fits(checkpoint, request.text)
    if request.shown:
        function, every = SHOWN.substitute(shown=list(request.shown)), "in_their_places(ids)"
    elif request.hide:
        logits = "model(input_ids=hidden[None]).logits[0, n]" if short else "read(hidden, n)"
        read = "" if short else define(READ_PIECE, checkpoint)
        function, every = read + JOINED + HIDDEN_IN_TURN.substitute(logits=logits), "enumerate(hidden_in_turn(ids), 1)"
    elif short:
        function, every = "", "enumerate(model(**inputs).logits[0, 1:-1], 1)"
    else:
        function, every = define(READ_IN_WINDOWS, checkpoint), "enumerate(read_in_windows(inputs), 1)"
    body = BODY.substitute(text=repr(request.text), every=every, top_k=request.top_k, spans=SPANS.rstrip())
    return script(checkpoint, LETTER + function + WORD + body, standard=("math", "unicodedata"))
