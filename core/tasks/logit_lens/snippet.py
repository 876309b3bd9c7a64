"""logit-lens outside the playground."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import fits, room, script
from core.snippets.words import LETTER, WORD
from core.tasks.logit_lens.schema import LogitLensRequest
from core.text.spans import PLACEHOLDER

HEADS = {  # model type -> the whole head of a masked language model, from hidden states to logits
    "distilbert": "model.vocab_projector(model.vocab_layer_norm(model.activation(model.vocab_transform(hidden))))",
    "electra": "model.generator_lm_head(model.generator_predictions(hidden))",
    "albert": "model.predictions(hidden)",
    "modernbert": "model.decoder(model.head(hidden))",
    **dict.fromkeys(("deberta", "deberta-v2"), "model.lm_predictions(hidden, model.get_input_embeddings())"),
    **dict.fromkeys(("roberta", "xlm-roberta", "longformer", "mpnet"), "model.lm_head(hidden)"),
}
OWN_DECODER = """
states[-1] = model.decode(**{name: inputs[name] for name in ("input_ids", "attention_mask")})  # reads no last layer"""
LAST_NORM = """
states[:-1] = map(model.model.final_norm, states[:-1])  # which only the last layer's states have been through"""

SHORTEN = Template("""
ids = inputs["input_ids"][0, 1:-1].tolist()
masks = [n for n, token_id in enumerate(ids) if token_id == tokenizer.mask_token_id]
near = [n for n in masks if n < masks[0] + $room]  # the stretch around the first gaps
start = max(0, min((near[0] + near[-1] - $room) // 2 + 1, len(ids) - $room)) if near else 0
columns = [0, *range(1, len(ids) + 1)[start : start + $room], -1]
inputs = {name: rows[:, columns] for name, rows in inputs.items()}""")

PIECE = '''\
def piece_in_gap(place, word):
    """The token that a word is in the gap; None if it takes several, or the vocabulary does not have it."""
    before, behind = text[max(0, place.start() - 50) : place.start()], text[place.end() : place.end() + 50]
    line, end = before + word + behind, len(before) + len(word)
    encoded = tokenizer(line, add_special_tokens=False, return_offsets_mapping=True)
    inside = []
    for token_id, (s, e) in zip(encoded["input_ids"], encoded["offset_mapping"]):
        blank = len(line[s:e]) - len(line[s:e].lstrip())
        if s + blank < end and e > len(before) and line[s:e].strip():
            inside.append(token_id)
    return inside[0] if len(inside) == 1 and inside[0] not in tokenizer.all_special_ids else None


'''

BODY = Template("""\
text, followed = $text, $words
gap = re.compile(r"$gap")
inputs = tokenizer(gap.sub(tokenizer.mask_token, text), return_tensors="pt")$shorten
states = list(model(**inputs, output_hidden_states=True).hidden_states)  # embeddings first, (1, tokens, hidden)$own
logits = [($head)[0] for hidden in states]  # each (tokens, vocabulary)
hidden_at = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero().flatten().tolist()
places = list(zip(gap.finditer(text), hidden_at))

best = {}  # the words that come first on the last layer, where no others are given
for place, position in places:
    scores = logits[-1][position].log_softmax(-1)
    order = scores.argsort(descending=True, stable=True).tolist()
    best[position] = next((n for n in order if word(n, text[: place.start()])), None)

layers = []
for number, scores in enumerate(logits):
    scores = scores.log_softmax(-1)
    masks = []
    for place, position in places:
        found, _ = words(scores[position], text[: place.start()], $top_k)
        ids = [piece_in_gap(place, one) for one in followed] or [best[position]]
        ranks = [None if n is None else int((scores[position] > scores[position][n]).sum()) + 1 for n in ids]
        chances = [None if n is None else math.exp(scores[position][n]) for n in ids]
        fills = [{"text": fill, "score": math.exp(score)} for fill, _, score in found]
        masks.append({"fills": fills, "rank": ranks[0], "probability": chances[0]})
        if len(ids) > 1:
            each = zip(followed, ranks, chances)
            masks[-1]["words"] = [{"text": one, "rank": rank, "probability": chance} for one, rank, chance in each]
    top = scores.max(-1)
    pairs = zip(top.indices, top.values.exp().tolist())
    tokens = [{"text": tokenizer.decode([n]).strip(), "score": score} for n, score in pairs]
    layers.append({"layer": number, "masks": masks, "tokens": tokens})
print(json.dumps({"layers": layers}, ensure_ascii=False))
""")


def snippet(checkpoint: Checkpoint, request: LogitLensRequest) -> str:
    """The code for one request."""
    own = LAST_NORM if checkpoint.model_type == "modernbert" else ""
    body = BODY.substitute(
        text=repr(request.text),
        words=repr(list(request.words)),
        gap=PLACEHOLDER.pattern,
        shorten="" if fits(checkpoint, request.text) else SHORTEN.substitute(room=room(checkpoint)),
        own=OWN_DECODER if checkpoint.enhanced_mask_decoder else own,
        head=HEADS.get(checkpoint.model_type, "model.cls.predictions(hidden)"),
        top_k=request.top_k,
    )
    functions = LETTER + WORD + (PIECE if request.words else "")
    if not request.words:
        body = body.replace("[piece_in_gap(place, one) for one in followed] or ", "")
    return script(checkpoint, functions + body, standard=("math", "re", "unicodedata"))
