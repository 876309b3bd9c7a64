"""Faithfulness outside the playground: words go in the order in which their loss matters, and in random orders."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.inspect.faithfulness import FRACTIONS, RANDOM_ORDERS, SEED, Erasure
from core.inspect.subject import MOST_WORDS, Subject
from core.snippets.script import fits, script
from core.text.spans import PLACEHOLDER, WORD

WITHOUT = Template("""\
texts = $texts
gap = re.compile(r"$gap")
words = [  # where each word stands that may be taken away
    (field, *match.span())
    for field, text in texts.items()
    for match in re.finditer(r"$word", text)
    if not any(match.start() < place.end() and match.end() > place.start() for place in gap.finditer(text))
]


def without(numbers, filler):
    \"\"\"The texts without these words; a text of which nothing is left becomes a full stop.\"\"\"
    changed = dict(texts)
    for field, start, end in sorted((words[n] for n in numbers), key=lambda word: -word[1]):
        changed[field] = changed[field][:start] + filler + changed[field][end:]
    return {field: text if text.strip() else "." for field, text in changed.items()}


@functools.cache
def value(numbers, filler=""):
    \"\"\"$what, without these words.\"\"\"
    changed = without(numbers, filler)
$value


""")
BODY = Template("""\
whole = value(frozenset())
effects = [whole - value(frozenset([n])) for n in range(len(words))]
filler = $filler  # what takes the place of a word
random = numpy.random.default_rng($seed)
orders = {"leaving words out": sorted(range(len(words)), key=lambda n: -effects[n])}
orders |= {f"random {n + 1}": random.permutation(len(words)).tolist() for n in range($orders)}
result = {"value": whole}
for name, order in orders.items():
    counts = [math.ceil(fraction * len(words)) for fraction in $fractions]
    result[name] = {
        "comprehensiveness": [whole - value(frozenset(order[:count]), filler) for count in counts],
        "sufficiency": [whole - value(frozenset(order[count:]), filler) for count in counts],
    }
print(json.dumps(result, indent=1))
""")
CLASS = """\
    inputs = tokenizer(*changed.values(), truncation=True, max_length={length}, return_tensors="pt")
    return model(**inputs).logits[0].softmax(-1)[model.config.label2id[{name!r}]].item()"""
FILL = """\
    text = gap.sub(tokenizer.mask_token, changed["text"])
    inputs = tokenizer(text, truncation=True, max_length={length}, return_tensors="pt")
    place = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[{number}, 0]
    shares = model(**inputs).logits[0, place].softmax(-1)
    return shares[{piece}].item() if {piece} in shares.topk(100).indices else 0.0"""
COSINE = """\
    vectors = []
    for text in changed.values():
        inputs = tokenizer(text, truncation=True, max_length={length}, return_tensors="pt")
        vectors.append(model(**inputs, output_hidden_states=True).hidden_states[-1][0].mean(0))
    return torch.cosine_similarity(*vectors, dim=0).item()"""
TASKS_WITH_CODE = ("text-classification", "fill-mask", "sentence-similarity")


def faithfulness_snippet(checkpoint: Checkpoint, subject: Subject, erasure: Erasure) -> str:
    """The code for leaving words out, beside random orders; empty for answers whose places move with the words, and for
    long texts."""
    if not has_code(checkpoint, subject):
        return ""
    filler = "tokenizer.mask_token" if erasure == "mask" else '""'
    body = words_and_value(checkpoint, subject)
    body += BODY.substitute(filler=filler, seed=SEED, orders=RANDOM_ORDERS, fractions=FRACTIONS)
    return script(checkpoint, body, standard=["functools", "math", "re"], libraries=["import numpy"])


def has_code(checkpoint: Checkpoint, subject: Subject) -> bool:
    """Whether there is code for what is explained."""
    short = all(fits(checkpoint, text) for text in subject.texts.values())
    return subject.task in TASKS_WITH_CODE and short and len(subject.words) < MOST_WORDS


def words_and_value(checkpoint: Checkpoint, subject: Subject) -> str:
    """The lines that define the words and the explained number without some of them."""
    return WITHOUT.substitute(
        texts=repr(subject.texts),
        gap=PLACEHOLDER.pattern,
        word=WORD.pattern,
        what=f"“{subject.name}”, the number that is explained".replace("\\", "").replace('"', ""),
        value=value_lines(checkpoint, subject),
    )


def value_lines(checkpoint: Checkpoint, subject: Subject) -> str:
    """The lines that give the number."""
    target = subject.target
    if subject.task == "text-classification":
        return CLASS.format(length=checkpoint.context_length, name=target.name)
    if subject.task == "sentence-similarity":
        return COSINE.format(length=checkpoint.context_length)
    number = len(list(PLACEHOLDER.finditer(subject.texts["text"][: target.start])))
    return FILL.format(length=checkpoint.context_length, number=number, piece=target.piece)
