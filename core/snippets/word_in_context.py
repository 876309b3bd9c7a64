"""word-in-context outside the playground: the hidden states of the word's pieces, their mean on every layer."""

from string import Template

from core.catalog import Checkpoint
from core.requests import WordInContextRequest
from core.snippets.script import room, script

BODY = Template('''\
text = $text
word = $word


def find(word, text):
    """The first place of the word, or of an inflected form where the word itself is not there."""
    for ending in ("", r"\\w{0,3}"):
        if match := re.search(rf"(?<!\\w){re.escape(word)}{ending}(?!\\w)", text, re.IGNORECASE):
            return match.span()


start, end = find(word, text)
encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
inside = [n for n, (first, last) in enumerate(encoded["offset_mapping"]) if first < end and last > start]
pieces, room = encoded["input_ids"], $room
begin = max(0, min(inside[0] - room // 2, len(pieces) - room))
ids = [tokenizer.cls_token_id, *pieces[begin : begin + room], tokenizer.sep_token_id]
states = model(torch.tensor([ids]), output_hidden_states=True).hidden_states  # (1, tokens, hidden) a layer
places = [n - begin + 1 for n in inside if n - begin < room]
embeddings = [layer[0, places].mean(0).tolist() for layer in states]
result = {"word": text[start:end], "start": start, "end": end, "embeddings": embeddings}
print(json.dumps(result, ensure_ascii=False, indent=1))
''')


def word_in_context(checkpoint: Checkpoint, request: WordInContextRequest) -> str:
    """The code for one request."""
    body = BODY.substitute(text=repr(request.text), word=repr(request.word.strip()), room=room(checkpoint))
    return script(checkpoint, body, standard=("re",))
