"""replaced-token-detection outside the playground."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import fits, script
from core.snippets.windows import READ_IN_WINDOWS, define
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest

BODY = Template("""\
text = $text
inputs = tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
offsets = inputs.pop("offset_mapping")[0, 1:-1].tolist()
scores = $logits.sigmoid().tolist()  # of each piece the probability that it was swapped

tokens = [
    {"start": start, "end": end, "text": text[start:end], "score": score}
    for (start, end), score in zip(offsets, scores)
]
print(json.dumps({"tokens": tokens}, ensure_ascii=False, indent=1))
""")


def snippet(checkpoint: Checkpoint, request: ReplacedTokenDetectionRequest) -> str:
    """The code for one request."""
    short = fits(checkpoint, request.text)
    logits = "model(**inputs).logits[0, 1:-1]" if short else "torch.stack([*read_in_windows(inputs)])"
    body = BODY.substitute(text=repr(request.text), logits=logits)
    return script(checkpoint, body if short else define(READ_IN_WINDOWS, checkpoint) + body)
