"""token-classification outside the playground: the pipeline of transformers, where need be on pieces read by hand."""

from collections.abc import Sequence
from string import Template
from unicodedata import category, normalize

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import fits, script
from core.snippets.windows import READ_IN_WINDOWS, define
from core.tasks.token_classification.schema import TokenClassificationRequest

PIPELINE = """\
text = $text
tagger = pipeline("token-classification", model=$model, tokenizer=tokenizer)


def find(strategy):
    \"\"\"The names when the pieces are joined in one of the five ways.\"\"\"
    return tagger(text, aggregation_strategy=strategy)
"""

BY_HAND = """\
text = $text
inputs = tokenizer(text, return_tensors="pt", return_offsets_mapping=True)
offsets, words = inputs.pop("offset_mapping")[0].tolist(), inputs.word_ids()
$logits  # (pieces, labels)
tagger = pipeline("token-classification", model=$model, tokenizer=tokenizer)


def find(strategy):
    \"\"\"The names when the pieces are joined in one of the five ways.\"\"\"
    pieces, shares = [], logits.softmax(-1).numpy()
    for n, scores in enumerate(shares, 1):
        start, end = offsets[n]
        if strategy in ("none", "simple") and not text[start:end].strip():
            continue  # a blank alone is no name
        if strategy in ("none", "simple") and pieces and start < pieces[-1]["end"]:  # the bytes of a character are one
            pieces[-1] |= {"scores": shares[pieces[-1]["index"] - 1 : n].mean(0), "end": end}
            continue
        inside = words[n] == words[n - 1]
        piece = {"word": text[start:end], "scores": scores, "start": start, "end": end, "index": n}
        pieces.append(piece | {"is_subword": inside})
    found = tagger.aggregate(pieces, AggregationStrategy(strategy))
    return [one for one in found if one.get("entity_group", one.get("entity")) != "O"]
"""

PRINT = """\


def entities(strategy, least=$least):
    \"\"\"The names with at least that score, as spans of the text.\"\"\"
    return [
        {
            "entity_group": one.get("entity_group", one.get("entity")),
            "start": one["start"],
            "end": one["end"],
            "text": text[one["start"] : one["end"]],
            "score": float(one["score"]),
        }
        for one in find(strategy)
        if one["score"] >= least
    ]


result = $result
print(json.dumps(result, ensure_ascii=False, indent=1))
"""

BYTE_LEVEL = ("roberta", "longformer", "deberta", "modernbert")  # the pipeline joins their full stops to names
STRATEGIES = "from transformers.pipelines.token_classification import AggregationStrategy"


def snippet(checkpoint: Checkpoint, request: TokenClassificationRequest, least: float = 0.0) -> str:
    """The code for one request, names below the score `least` left out."""
    return write(checkpoint, request.text, f'{{"entities": entities("{request.aggregation_strategy}")}}', least)


def joining_snippet(checkpoint: Checkpoint, requests: Sequence[TokenClassificationRequest]) -> str:
    """The code for one text whose pieces are joined in several ways; prints the names by way."""
    ways = repr([request.aggregation_strategy for request in requests])
    return write(checkpoint, requests[0].text, f"{{way: entities(way) for way in {ways}}}")


def write(checkpoint: Checkpoint, text: str, result: str, least: float = 0.0) -> str:
    """The file that reads `text` once; `result` is the expression that asks for names."""
    short = fits(checkpoint, text)
    plain = short and letter_by_letter(text) and checkpoint.model_type not in BYTE_LEVEL
    body = Template((PIPELINE if plain else BY_HAND) + PRINT).substitute(
        text=repr(text),
        least=repr(least),
        result=result,
        model="model.merge_and_unload()" if checkpoint.base else "model",
        logits="logits = "
        + ("model(**inputs).logits[0, 1:-1]" if short else "torch.stack([*read_in_windows(inputs)])"),
    )
    function = "" if short else define(READ_IN_WINDOWS, checkpoint)
    return script(checkpoint, function + body, names=("pipeline",), libraries=() if plain else (STRATEGIES,))


def letter_by_letter(text: str) -> bool:
    """Whether each piece is as long as what it was read from, which is how the pipeline tells where words begin.

    Not so where the tokenizer drops a character (control, combining, U+FFFD) or takes it apart (Korean syllables).
    """
    kept = "\ufffd" not in text and not any(category(c)[0] in "CM" for c in text if not c.isspace())
    return kept and all(base_letters(c) == 1 for c in text)


def base_letters(character: str) -> int:
    """The letters a character falls apart to, accents left out."""
    return sum(category(c) != "Mn" for c in normalize("NFD", character))
