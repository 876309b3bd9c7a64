"""Every head and layer switched off on a labelled file, outside the playground, and how far they can be pruned."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.inspect.pruning import STEPS
from core.snippets.script import script
from core.snippets.silenced import MODULES, without_parts
from core.snippets.source import Source

BODY = Template("""\
$rows
$without

known = {name.casefold(): number for number, name in model.config.id2label.items()}
rows = [([*texts], known[label.strip().casefold()]) for *texts, label in rows
        if texts[0].strip() and label.strip().casefold() in known]
read = [tokenizer(*filter(None, texts), truncation=True, max_length=$length, return_tensors="pt") for texts, _ in rows]
everywhere = numpy.ones(len(rows), bool)


def answers(which=everywhere, **off):
    \"\"\"Of each row the probability of its label without these parts, and whether no other class has more.\"\"\"
    shares, right = numpy.zeros(len(rows)), numpy.zeros(len(rows), bool)
    with without(**off):
        for n in numpy.flatnonzero(which):
            found, label = model.forward(**read[n]).logits[0].softmax(-1), rows[n][1]
            shares[n], right[n] = found[label].item(), found.argmax().item() == label
    return shares, right


share, right = answers()
numbers = range(1, len(blocks) + 1)
kinds = {"heads": [(layer, head) for layer in numbers for head in range(1, count + 1)], "layers": [*numbers]}
found = {"rows": len(rows), "score": right.mean()}
second = numpy.arange(len(rows)) % 2 == 1
for kind, parts in kinds.items():
    alone = [answers(**{kind: [part]}) for part in parts]
    found[kind] = [[part, (after - 1.0 * right).mean()] for part, (_, after) in zip(parts, alone)]
    falls = numpy.array([share - one for one, _ in alone])  # (parts, rows)
    steps = $steps if kind == "heads" else len(parts)
    curve = []
    for off in sorted({round(len(parts) * n / steps) for n in range(steps + 1)}):
        after = right.copy()
        for half in (second, ~second) if off else ():  # each half in the order that the other one gives
            others = ~half if (~half).any() and half.any() else everywhere
            order = falls[:, others].mean(1).argsort(kind="stable")
            after[half] = answers(half, **{kind: [parts[n] for n in sorted(order[:off])]})[1][half]
        curve.append([off, after.mean()])
    found[f"pruned {kind}"] = curve
print(json.dumps(found))
""")


def pruning_snippet(checkpoint: Checkpoint, source: Source) -> str:
    """The code for a file whose last column holds the labels, and those before it one or two texts. Prints by how much
    the accuracy changes without each part, and the accuracy with more and more parts off."""
    body = BODY.substitute(
        rows=source.rows, without=without_parts(checkpoint), length=checkpoint.context_length, steps=STEPS
    )
    return script(checkpoint, body, standard=["csv", *MODULES], libraries=["import numpy"])
