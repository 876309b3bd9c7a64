"""Faithfulness outside the playground: words go in the order in which their loss matters, and in random orders."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.inspect.faithfulness import FRACTIONS, RANDOM_ORDERS, SEED, Erasure
from core.inspect.subject import Subject
from core.snippets.explained import has_code, words_and_value
from core.snippets.script import script

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


def faithfulness_snippet(checkpoint: Checkpoint, subject: Subject, erasure: Erasure) -> str:
    """The code for leaving words out, beside random orders; empty where there is none."""
    if not has_code(checkpoint, subject):
        return ""
    filler = "tokenizer.mask_token" if erasure == "mask" else '""'
    body = words_and_value(checkpoint, subject)
    body += BODY.substitute(filler=filler, seed=SEED, orders=RANDOM_ORDERS, fractions=FRACTIONS)
    names = ["pipeline"] if subject.task == "token-classification" else []
    return script(checkpoint, body, standard=["functools", "math", "re"], libraries=["import numpy"], names=names)
