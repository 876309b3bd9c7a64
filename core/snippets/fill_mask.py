"""fill-mask outside the playground, each gap on its own or all of them together."""

from string import Template

from core.catalog import Checkpoint
from core.requests import PLACEHOLDER, FillMaskRequest
from core.snippets.script import fits, script
from core.snippets.windows import READ_MASKS, define
from core.snippets.words import WORD

EACH = Template("""\
text = $text
gap = re.compile(r"$gap")
inputs = tokenizer(gap.sub(tokenizer.mask_token, text), return_tensors="pt")
$logits  # (masks, vocabulary)
best = logits.softmax(-1).topk($top_k)
pieces = inputs["input_ids"][0].tolist()
places = [n for n, piece in enumerate(pieces) if piece == tokenizer.mask_token_id]

masks = []
for found, place, scores, ids in zip(gap.finditer(text), places, best.values.tolist(), best.indices.tolist()):
    before = pieces[1:place]
    fills = [{"text": word(i, before), "score": score} for i, score in zip(ids, scores)]
    masks.append({"start": found.start(), "end": found.end(), "fills": fills})
print(json.dumps({"masks": masks}, ensure_ascii=False, indent=1))
""")

JOINT = Template("""\
text = $text
gap = re.compile(r"$gap")
beams = [(text, [], 0.0)]
while gap.search(beams[0][0]):  # settles the first gap of every beam, the others still hidden
    grown = []
    for text, filled, log_probability in beams:
        first = gap.search(text)
        inputs = tokenizer(gap.sub(tokenizer.mask_token, text), return_tensors="pt")
        $logits  # (masks, vocabulary)
        best = logits[0].log_softmax(-1).topk(100)
        pieces = inputs["input_ids"][0].tolist()
        before = pieces[1 : pieces.index(tokenizer.mask_token_id)]
        for score, token_id in zip(best.values.tolist(), best.indices.tolist()):
            fill = word(token_id, before)
            if not fill.startswith(("##", "[", "<")):  # no piece that continues a word, no special token
                longer = text[: first.start()] + fill + text[first.end() :]
                grown.append((longer, [*filled, fill], log_probability + score))
    beams = sorted(grown, key=lambda beam: -beam[2])[:$beams]

fills = [{"words": words, "log_probability": log_probability} for _, words, log_probability in beams]
print(json.dumps({"fills": fills}, ensure_ascii=False, indent=1))
""")

LOGITS_OF_MASKS = 'logits = model(**inputs).logits[inputs["input_ids"] == tokenizer.mask_token_id]'


def fill_mask(checkpoint: Checkpoint, request: FillMaskRequest) -> str:
    """The code for one request."""
    return write(checkpoint, EACH, request.text, top_k=request.top_k)


def joint_snippet(checkpoint: Checkpoint, text: str, beams: int = 5) -> str:
    """The code that fills all gaps of `text` together, as `core.joint_fill` does."""
    return write(checkpoint, JOINT, text, beams=beams)


def write(checkpoint: Checkpoint, template: Template, text: str, **numbers: int) -> str:
    """The file of a template with `text` and `numbers` in it."""
    short = fits(checkpoint, text)
    logits = LOGITS_OF_MASKS if short else "logits = read_masks(inputs)"
    body = template.substitute(text=repr(text), gap=PLACEHOLDER.pattern, logits=logits, **numbers)
    functions = WORD if short else define(READ_MASKS, checkpoint) + WORD
    return script(checkpoint, functions + body, standard=("re", "unicodedata"))
