"""A text in the pieces of a tokenizer, and a search in its vocabulary, outside the playground; no model is loaded."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import tokenizer_script
from core.snippets.words import JOINED, LETTER, SPANS
from core.text.pieces import MOST_FOUND

PIECES = Template("""\
text = $text
inputs = tokenizer(text, return_offsets_mapping=True)
ids, word_ids, offsets = inputs["input_ids"], inputs.word_ids(), inputs["offset_mapping"]
tokens = tokenizer.convert_ids_to_tokens(ids)
$spans

pieces = []
for n, (token, token_id) in enumerate(zip(tokens, ids)):
    blank = any(spans[m][0] == spans[m][1] or tokens[m] == "▁" for m in (n - 1, n))  # alone, no part of a word
    special = inputs.sequence_ids()[n] is None  # one that the tokenizer puts around the text
    pieces.append(
        {
            "token": token,
            "id": token_id,
            "start": spans[n][0],
            "end": spans[n][1],
            "special": special,
            "unknown": not special and token_id == tokenizer.unk_token_id,
            "continues": not blank and joined(n),
        }
    )

own = [piece for piece in pieces if not piece["special"]]
words = [{"text": word[0], "end": word.end(), "pieces": []} for word in re.finditer(r"\\S+", text)]
for piece in own:  # under the word that it is in, a blank alone under the one behind it
    place = sum(piece["start"] >= word["end"] for word in words[:-1])
    words[place]["pieces"].append(piece["token"])
result = {
    "pieces": pieces,
    "words": [[word["text"], word["pieces"]] for word in words],
    "counts": {
        "pieces": len(own),
        "characters_per_piece": len(text) / max(1, len(own)),
        "unknown": sum(piece["unknown"] for piece in own),
        "special": [piece["token"] for piece in pieces if piece["special"]],
        "vocabulary": len(tokenizer),
        "context_used": len(pieces) / $context_length,
    },
}
print(json.dumps(result, ensure_ascii=False, indent=1))
""")

SEARCH = Template('''\
wanted = $wanted


def bare(token):
    """The piece without the sign that it begins or continues a word, lower case."""
    return token.lower().removeprefix("##").lstrip("ġ▁")


def order(found):
    """The piece itself before those that begin with it, shorter ones first."""
    token, _ = found
    return bare(token) != wanted, not bare(token).startswith(wanted), len(token), token


found = sorted([item for item in tokenizer.get_vocab().items() if wanted in item[0].lower()], key=order)
result = {"count": len(found), "pieces": [{"token": token, "id": token_id} for token, token_id in found[:$most]]}
print(json.dumps(result, ensure_ascii=False, indent=1))
''')


def pieces_snippet(checkpoint: Checkpoint, text: str) -> str:
    """The code that cuts a text; prints its pieces, which lie under each word, and what they add up to."""
    body = PIECES.substitute(text=repr(text), spans=SPANS.rstrip(), context_length=checkpoint.context_length)
    return tokenizer_script(checkpoint, LETTER + JOINED + body, standard=("re", "unicodedata"))


def vocabulary_snippet(checkpoint: Checkpoint, wanted: str) -> str:
    """The code that looks for a part of a word in the vocabulary; prints the first MOST_FOUND pieces that have it."""
    return tokenizer_script(checkpoint, SEARCH.substitute(wanted=repr(wanted.strip().lower()), most=MOST_FOUND))
