"""The head finder outside the playground: which head names the word that a word depends on."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.inspect.heads import PRONOUN, RELATIONS
from core.snippets.script import script

GRAMMAR = "from core.inspect.grammar import sentences"
CONLLU = "from core.inspect.conllu import read_conllu"
READ_FILE = 'read_conllu(open("path/to/sentences.conllu", "rb").read())'
BODY = Template("""\
model.set_attn_implementation("eager")  # the one that gives its weights
RELATIONS = $relations
relation_of = {name: relation for relation, names in RELATIONS.items() for name in names}
hits, counts = {}, {}
for sentence in $sentences:
    inputs = tokenizer(sentence.text, truncation=True, max_length=$length, return_tensors="pt",
                       return_offsets_mapping=True)
    offsets = inputs.pop("offset_mapping")[0].tolist()
    if offsets and max(end for _, end in offsets) < len(sentence.text.rstrip()):
        continue  # it did not fit as a whole
    weights = torch.cat(model(**inputs, output_attentions=True).attentions).numpy()
    weights = weights.reshape(model.config.num_hidden_layers, -1, *weights.shape[-2:])  # (layers, heads, query, key)

    # the pieces of each word as one: what is attended to is summed, what attends is averaged
    first_word = {at: n for n, word in reversed([*enumerate(sentence.words)]) for at in range(word.start, word.end)}
    of_piece = [first_word.get(start, -1) if end > start else -1 for start, end in offsets]
    starts = [n for n, word in enumerate(of_piece) if word < 0 or n == 0 or word != of_piece[n - 1]]
    sizes = numpy.diff([*starts, len(offsets)])
    weights = numpy.add.reduceat(numpy.add.reduceat(weights, starts, -1), starts, -2) / sizes[:, None]
    group = {}
    for n, start in enumerate(starts):
        group.setdefault(of_piece[start], n)
    places = []
    for n, word in enumerate(sentence.words):
        shared = group.get(first_word[word.start], places[-1] if places else 0)
        places.append(group.get(n, shared))
    own = weights[:, :, places][..., places]  # (layers, heads, words, words)
    own[..., range(len(places)), range(len(places))] = -1  # no word depends on itself
    guesses = {"dependent to head": own.argmax(-1), "head to dependent": own.argmax(-2)}

    links = [(relation_of[word.relation], n, word.head) for n, word in enumerate(sentence.words)
             if word.relation in relation_of and word.head >= 0]
    links += [("$pronoun", n, word.antecedent) for n, word in enumerate(sentence.words) if word.antecedent >= 0]
    for relation, dependent, head in links:
        counts[relation] = counts.get(relation, 0) + 1
        for direction, guess in guesses.items():
            right = guess[:, :, dependent] == head  # (layers, heads)
            hits[relation, direction] = hits.get((relation, direction), 0) + right

found = []
for relation, n in counts.items():
    shares = {direction: hits[relation, direction] / n for direction in guesses}
    direction = max(shares, key=lambda one: shares[one].max())
    layer, head = numpy.unravel_index(shares[direction].argmax(), shares[direction].shape)
    found.append({"relation": relation, "layer": int(layer) + 1, "head": int(head) + 1, "direction": direction,
                  "accuracy": float(shares[direction].max()), "n": n})
print(json.dumps(found, indent=1))
""")


def heads_snippet(checkpoint: Checkpoint, count: int | None) -> str:
    """The code for so many sentences of the grammar, or for a file."""
    body = BODY.substitute(
        relations={name: list(found) for name, found in RELATIONS.items() if found},
        sentences=READ_FILE if count is None else f"sentences({count})",
        length=checkpoint.context_length,
        pronoun=PRONOUN,
    )
    return script(checkpoint, body, libraries=["import numpy"], own=CONLLU if count is None else GRAMMAR)
