"""fill-mask outside the playground, each gap on its own or all of them together."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import fits, script
from core.snippets.windows import READ_MASKS, define
from core.snippets.words import LETTER, WORD
from core.tasks.fill_mask.schema import FillMaskRequest
from core.text.spans import PLACEHOLDER

EACH = Template("""\
text = $text
gap = re.compile(r"$gap")
inputs = tokenizer(gap.sub(tokenizer.mask_token, text), return_tensors="pt")
$logits  # (masks, vocabulary)

masks = []
for place, log_probabilities in zip(gap.finditer(text), logits.log_softmax(-1)):
    found, left_out = words(log_probabilities, text[: place.start()], $top_k)
    fills = [{"text": fill, "score": math.exp(score)} for fill, _, score in found]
    masks.append({"start": place.start(), "end": place.end(), "fills": fills, "left_out": left_out})
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
        for fill, joined, score in words(logits[0].log_softmax(-1), text[: first.start()], 100)[0]:
            if "_" not in fill:  # could make another gap
                longer = text[: first.start() - joined] + fill + text[first.end() :]
                grown.append((longer, [*filled, fill], log_probability + score))
    beams = sorted(grown, key=lambda beam: -beam[2])[:$beams]

fills = [{"words": words, "log_probability": log_probability} for _, words, log_probability in beams]
print(json.dumps({"fills": fills}, ensure_ascii=False, indent=1))
""")

LOGITS_OF_MASKS = 'logits = model(**inputs).logits[inputs["input_ids"] == tokenizer.mask_token_id]'


def snippet(checkpoint: Checkpoint, request: FillMaskRequest) -> str:
    """The code for one request."""
    return write(checkpoint, EACH, request.text, top_k=request.top_k)


def joint_snippet(checkpoint: Checkpoint, text: str, beams: int = 5) -> str:
    """The code that fills all gaps of `text` together, as joint.py beside this file does."""
    return write(checkpoint, JOINT, text, beams=beams)


def write(checkpoint: Checkpoint, template: Template, text: str, **numbers: int) -> str:
    """The file of a template with `text` and `numbers` in it."""
    short = fits(checkpoint, text)
    logits = LOGITS_OF_MASKS if short else "logits = read_masks(inputs)"
    body = template.substitute(text=repr(text), gap=PLACEHOLDER.pattern, logits=logits, **numbers)
    functions = LETTER + WORD if short else define(READ_MASKS, checkpoint) + LETTER + WORD
    return script(checkpoint, functions + body, standard=("math", "re", "unicodedata"))
