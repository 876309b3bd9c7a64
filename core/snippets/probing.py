"""A linear probe outside the playground: ridge regression on the vectors of words, layer by layer."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.inspect.probing import CHOICE, HELD_OUT, PENALTIES, TEST
from core.inspect.properties import OWN as OWN_LABELS
from core.inspect.properties import PROBED
from core.snippets.geometry import WORD_VECTORS
from core.snippets.script import script

WORDS = "from core.inspect.properties import label_words"
GRAMMAR = "from core.inspect.grammar import sentences"
CONLLU = "from core.inspect.conllu import read_conllu"
TABLE = "from core.files.tables import read_table\nfrom core.inspect.properties import label_rows"
READ_FILE = 'read_conllu(open("path/to/sentences.conllu", "rb").read())'
READ_TABLE = 'label_rows(read_table("file.csv", open("path/to/file.csv", "rb").read()))'
BODY = Template("""\
labelled = $labelled  # rows: a word of a text and its class
found = {}
for number, sentence in enumerate(labelled.sentences):
    for n, vectors in word_vectors(sentence.text, sentence.spans):
        found[number, n] = vectors
$rows
states = numpy.stack([vector for _, vector in rows], 1)  # (layers + 1, rows, hidden)
texts, forms, labels = (numpy.array([part[n] for n, _ in rows]) for part in (
    labelled.texts, labelled.forms, labelled.labels))
classes, y = numpy.unique(labels, return_inverse=True)

# whole sentences are trained on or tested; some of the rarer words are kept from the training
random = numpy.random.default_rng(0)
shuffled = random.permutation(numpy.unique(texts))
tested, chosen = round($test * len(shuffled)), round($choice * len(shuffled))
part = {int(text): (n >= tested) + (n >= tested + chosen) for n, text in enumerate(shuffled)}
parts = numpy.array([part[int(text)] for text in texts])  # 0 tested, 1 for the choice of the penalty, 2 trained on
_, number, count = numpy.unique(forms, return_inverse=True, return_counts=True)
rare = numpy.flatnonzero(count <= numpy.median(count))
held = numpy.zeros(len(y), bool)
if labelled.of_words:
    held = numpy.isin(number, random.choice(rare, round($held_out * len(rare)), replace=False))
train, choice = (numpy.flatnonzero((parts == one) & ~held) for one in (2, 1))
known = numpy.isin(number, number[train]) if labelled.of_words else True
test = numpy.flatnonzero((parts == 0) & known)


def accuracies(x, y, tested, wanted, penalties):
    \"\"\"Of each penalty how often ridge regression onto the classes is right about the rows that are tested.\"\"\"
    mean, scale = x.mean(0), x.std(0).clip(1e-6)
    ready, targets = (x - mean) / scale, numpy.eye(len(classes), dtype=numpy.float32)[y]
    along, gram = ((ready.T @ part).astype(float) for part in (targets - targets.mean(0), ready))
    for penalty in penalties:
        weights = numpy.linalg.solve(gram + penalty * len(y) / 1000 * numpy.eye(len(gram)), along)
        guesses = ((tested - mean) / scale @ weights + targets.mean(0)).argmax(1)
        yield float((guesses == wanted).mean())


both, penalties, found = numpy.concatenate([train, choice]), $penalties, []
for x in states:
    best = penalties[int(numpy.argmax([*accuracies(x[train], y[train], x[choice], y[choice], penalties)]))]
    found += accuracies(x[both], y[both], x[test], y[test], [best])
majority = float((y[test] == numpy.bincount(y[train]).argmax()).mean())
counts = {"n_train": len(train) + len(choice), "n_test": len(test)}
print(json.dumps({"accuracy": found, "majority": majority, **counts}))
""")
OF_WORDS = """\
keys = zip(labelled.texts, labelled.words)
rows = [(n, found[key]) for n, key in enumerate(keys) if key in found]  # those that were read"""
OF_TEXTS = """\
of_text = {}
for (text, _), vectors in found.items():
    of_text.setdefault(text, []).append(vectors)
rows = [(n, numpy.mean(of_text[text], 0)) for n, text in enumerate(labelled.texts) if text in of_text]"""


def probing_snippet(
    checkpoint: Checkpoint, name: str, *, own_file: bool = False, of_words: bool = True, count: int = PROBED
) -> str:
    """The code for one property: of so many sentences of the grammar, of a CoNLL-U file, or of a table of labels."""
    table = name == OWN_LABELS
    source = READ_FILE if own_file else f"sentences({count})"
    own = TABLE if table else "\n".join((CONLLU if own_file else GRAMMAR, WORDS))
    body = WORD_VECTORS.substitute(length=checkpoint.context_length) + BODY.substitute(
        labelled=READ_TABLE if table else f"label_words({name!r}, {source})",
        rows=OF_WORDS if of_words else OF_TEXTS,
        test=TEST,
        choice=CHOICE,
        held_out=HELD_OUT,
        penalties=PENALTIES,
    )
    return script(checkpoint, body, libraries=["import numpy"], own=own)
