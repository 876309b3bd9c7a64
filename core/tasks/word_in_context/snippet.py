"""word-in-context outside the playground: the hidden states of the word's pieces, their mean on every layer."""

from collections.abc import Sequence
from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import room, script
from core.tasks.word_in_context.schema import WordInContextRequest

EMBED = Template('''\
def find(word, text):
    """The first place of the word, or of an inflected form where the word itself is not there."""
    for ending in ("", r"\\w{0,3}"):
        if match := re.search(rf"(?<!\\w){re.escape(word)}{ending}(?!\\w)", text, re.IGNORECASE):
            return match.span()


def embed(word, text):
    """The place of the word, and its mean piece on every layer, (layers + 1, hidden), embeddings first."""
    start, end = find(word, text)
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    inside = [n for n, (first, last) in enumerate(encoded["offset_mapping"]) if first < end and last > start]
    pieces, room = encoded["input_ids"], $room
    begin = max(0, min(inside[0] - room // 2, len(pieces) - room))
    ids = [tokenizer.cls_token_id, *pieces[begin : begin + room], tokenizer.sep_token_id]
    states = model(torch.tensor([ids]), output_hidden_states=True).hidden_states  # (1, tokens, hidden) a layer
    places = [n - begin + 1 for n in inside if n - begin < room]
    return start, end, torch.stack([layer[0, places].mean(0) for layer in states])


''')
ONE = Template("""\
text = $text
start, end, embeddings = embed($word, text)
result = {"word": text[start:end], "start": start, "end": end, "embeddings": embeddings.tolist()}
print(json.dumps(result, ensure_ascii=False, indent=1))
""")
PLACES = Template("""\
texts = $texts
vectors = torch.stack([embed($word, text)[2] for text in texts], 1)  # (layers + 1, texts, hidden)
vectors = torch.nn.functional.normalize(vectors, dim=-1)
similarities = vectors @ vectors.transpose(1, 2)  # (layers + 1, texts, texts)
print(json.dumps({"similarities": similarities.tolist()}, indent=1))
""")


def snippet(checkpoint: Checkpoint, request: WordInContextRequest) -> str:
    """The code for one request."""
    return whole(checkpoint, ONE.substitute(text=repr(request.text), word=repr(request.word.strip())))


def places_snippet(checkpoint: Checkpoint, word: str, texts: Sequence[str]) -> str:
    """The code for a word in several texts; prints the cosines of all pairs of places, one matrix per layer."""
    return whole(checkpoint, PLACES.substitute(texts=repr(list(texts)), word=repr(word.strip())))


def whole(checkpoint: Checkpoint, body: str) -> str:
    """A whole file: what gives `embed`, then `body`."""
    return script(checkpoint, EMBED.substitute(room=room(checkpoint)) + body, standard=("re",))
