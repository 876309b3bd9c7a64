"""candidate-ranking outside the playground."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import fits, script
from core.snippets.windows import READ_PIECE, define
from core.tasks.candidate_ranking.schema import CandidateRankingRequest
from core.text.spans import PLACEHOLDER

BODY = Template("""\
text = $text
candidates = $candidates
before, after = re.split(r"$gap", text)

log_probabilities = []
for word in candidates:
    inputs = tokenizer(before + word + after, return_tensors="pt", return_offsets_mapping=True)
    ids, offsets = inputs["input_ids"][0], inputs["offset_mapping"][0].tolist()
    pieces = [n for n, (start, end) in enumerate(offsets) if start < len(before + word) and end > len(before)]
    total = 0.0
    for n in pieces:  # the product over the pieces, each read with itself and the rest of the word hidden
        hidden = ids.clone()
        hidden[n : pieces[-1] + 1] = tokenizer.mask_token_id
        $logits
        total += logits.log_softmax(-1)[ids[n]].item()
    log_probabilities.append(total)

shares = torch.tensor(log_probabilities).softmax(0).tolist()
found = [
    {"text": word, "log_probability": total, "score": share}
    for word, total, share in zip(candidates, log_probabilities, shares)
]
found.sort(key=lambda candidate: -candidate["log_probability"])
print(json.dumps({"candidates": found}, ensure_ascii=False, indent=1))
""")


def snippet(checkpoint: Checkpoint, request: CandidateRankingRequest) -> str:
    """The code for one request."""
    short = all(fits(checkpoint, request.text + word) for word in request.candidates)
    body = BODY.substitute(
        text=repr(request.text),
        candidates=repr(list(request.candidates)),
        gap=PLACEHOLDER.pattern,
        logits="logits = model(input_ids=hidden[None]).logits[0, n]" if short else "logits = read(hidden, n)",
    )
    return script(checkpoint, body if short else define(READ_PIECE, checkpoint) + body, standard=("re",))
