"""Faithfulness outside the playground: words go in the order in which their loss matters, and in random orders."""

from string import Template
from textwrap import indent

from core.checkpoints.catalog import Checkpoint
from core.inspect.faithfulness import FEWEST, FRACTIONS, RANDOM_ORDERS, SEED, Erasure
from core.inspect.subject import Subject
from core.snippets.explained import has_code, words_and_value, words_and_value_of_rows
from core.snippets.script import script
from core.snippets.source import Source

BODY = Template("""\
whole = value(frozenset())
effects = [whole - value(frozenset([n])) for n in range(len(words))]
filler = $filler  # what takes the place of a word
random = numpy.random.default_rng($seed)
orders = {"leaving words out": sorted(range(len(words)), key=lambda n: -effects[n])}
orders |= {f"random {n + 1}": random.permutation(len(words)).tolist() for n in range($orders)}
result = {"value": whole}
for title, order in orders.items():
    counts = [math.ceil(fraction * len(words)) for fraction in $fractions]
    result[title] = {
        "comprehensiveness": [whole - value(frozenset(order[:count]), filler) for count in counts],
        "sufficiency": [whole - value(frozenset(order[count:]), filler) for count in counts],
    }
""")
PRINT = "print(json.dumps(result, indent=1))\n"
FEW = f"if len(words) < {FEWEST}:  # an order says nothing\n    return None\n"
FILE = Template("""\
$rows
known = {name.casefold(): name for name in getattr(model.config, "label2id", {})}


def measure(texts, name):
    \"\"\"What each order of the words of a row does.\"\"\"
$lines
    return result


found = []
for *texts, label in rows:
    texts = dict(enumerate(filter(str.strip, texts)))
$choose
    found.append(measure(texts, name))
found = [one for one in found if one]

result = {"texts": len(found)}
for title in found[0]:
    if title != "value":
        falls = {part: numpy.mean([one[title][part] for one in found], 0) for part in found[0][title]}
        result[title] = {part: mean.tolist() for part, mean in falls.items()}
print(json.dumps(result, indent=1))
""")
CHOOSE = {
    "text-classification": Template("""\
    if not texts or label.strip() and label.strip().casefold() not in known:
        continue
    inputs = tokenizer(*texts.values(), truncation=True, max_length=$length, return_tensors="pt")
    best = model.config.id2label[model(**inputs).logits[0].argmax().item()]
    name = known[label.strip().casefold()] if label.strip() else best"""),
    "sentence-similarity": Template("""\
    if len(texts) < 2:
        continue
    name = \"\""""),
}


def faithfulness_snippet(checkpoint: Checkpoint, subject: Subject, erasure: Erasure) -> str:
    """The code for leaving words out, beside random orders; empty where there is none."""
    if not has_code(checkpoint, subject):
        return ""
    body = words_and_value(checkpoint, subject) + orders(erasure) + PRINT
    names = ["pipeline"] if subject.task == "token-classification" else []
    return script(checkpoint, body, standard=["functools", "math", "re"], libraries=["import numpy"], names=names)


def file_faithfulness_snippet(checkpoint: Checkpoint, task: str, source: Source, erasure: Erasure) -> str:
    """The same for each row of a file, and the means over its rows; empty where there is none. The last column holds
    what is explained of the texts in those before it: a class, or with an empty cell the most probable one."""
    lines = words_and_value_of_rows(checkpoint, task)
    if not lines:
        return ""
    body = FILE.substitute(
        rows=source.rows,
        lines=lines + indent(FEW + orders(erasure), "    ").rstrip(),
        choose=CHOOSE[task].substitute(length=checkpoint.context_length),
    )
    return script(checkpoint, body, standard=["csv", "functools", "math", "re"], libraries=["import numpy"])


def orders(erasure: Erasure) -> str:
    """The lines that measure the orders of the words."""
    filler = "tokenizer.mask_token" if erasure == "mask" else '""'
    return BODY.substitute(filler=filler, seed=SEED, orders=RANDOM_ORDERS, fractions=FRACTIONS)
