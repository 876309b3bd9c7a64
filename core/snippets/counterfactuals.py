"""Counterfactuals of a class outside the playground: words that a fill-mask model proposes, put to the classifier."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.inspect.counterfactuals import PROPOSALS, WORDS_TRIED
from core.inspect.subject import Subject
from core.snippets.explained import has_code, words_and_value
from core.snippets.script import fits, script
from core.snippets.words import LETTER
from core.snippets.words import WORD as WORD_OF_TOKENS
from core.text.spans import WORD

PROPOSE = Template("""\
texts = $texts
proposals = {}  # by word: others that are likely in its place
for field, text in texts.items():
    for match in re.finditer(r"$word", text):
        start, end = match.span()
        inputs = tokenizer(text[:start] + tokenizer.mask_token + text[end:], return_tensors="pt")
        (logits,) = model(**inputs).logits[inputs["input_ids"] == tokenizer.mask_token_id]
        fills, _ = words(logits.log_softmax(-1), text[:start], $proposals)
        for fill, _, score in fills:
            fill = fill.capitalize() if match[0][:1].isupper() else fill
            if re.fullmatch(r"$word", fill) and fill.casefold() != match[0].casefold():
                proposals.setdefault((field, start, end), []).append((fill, math.exp(score)))

# the model whose answer is to change
""")
JUDGE = Template("""\
whole = value(frozenset())
effects = [whole - value(frozenset([n])) for n in range(len(words))]
found = []
for n in sorted(range(len(words)), key=lambda n: -effects[n])[:$tried]:  # those that the answer rests on most
    field, start, end = words[n]
    for fill, probability in proposals.get(words[n], ()):
        changed = texts | {field: texts[field][:start] + fill + texts[field][end:]}
        inputs = tokenizer(*changed.values(), truncation=True, max_length=$length, return_tensors="pt")
        label = model.config.id2label[model(**inputs).logits[0].argmax().item()]
        if label != $label:
            found.append({"text": changed[field], "becomes": label, "naturalness": probability})
print(json.dumps(sorted(found, key=lambda one: -one["naturalness"]), ensure_ascii=False, indent=1))
""")


def counterfactuals_snippet(checkpoint: Checkpoint, subject: Subject, proposer: Checkpoint) -> str:
    """The code for changes of one word, the most natural first; empty for other tasks and long texts."""
    short = all(fits(proposer, text) for text in subject.texts.values())
    if not (has_code(checkpoint, subject) and short and subject.task == "text-classification"):
        return ""
    propose = PROPOSE.substitute(texts=repr(subject.texts), word=WORD.pattern, proposals=PROPOSALS)
    judge = JUDGE.substitute(tried=WORDS_TRIED, length=checkpoint.context_length, label=repr(subject.target.name))
    functions = LETTER + WORD_OF_TOKENS
    first = script(proposer, functions + propose, standard=["math", "re", "unicodedata"])
    body = words_and_value(checkpoint, subject) + judge
    return first + script(checkpoint, body, standard=["functools", "re"])
