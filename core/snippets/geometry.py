"""The geometry of word vectors outside the playground: how narrow their cone is, and how fixed the words are."""

from collections.abc import Sequence
from string import Template

from core.checkpoints.catalog import Checkpoint
from core.inspect.geometry import LARGEST, OFTEN, default_texts
from core.snippets.script import script
from core.text.spans import WORD

OWN = "from core.inspect.geometry import default_texts"
WORD_VECTORS = Template("""\
def word_vectors(text, spans):
    \"\"\"Of each word that was read its number and the mean of its pieces on each layer, (layers + 1, hidden).\"\"\"
    inputs = tokenizer(text, truncation=True, max_length=$length, return_tensors="pt", return_offsets_mapping=True)
    offsets = inputs.pop("offset_mapping")[0].tolist()
    states = torch.cat(model(**inputs, output_hidden_states=True).hidden_states).numpy()  # (layers + 1, tokens, hidden)
    for n, (start, end) in enumerate(spans):
        pieces = [at for at, (a, b) in enumerate(offsets) if a < end and b > start and a < b]
        if pieces:
            yield n, states[:, pieces].mean(1)


""")
BODY = Template("""\
texts = $texts
wanted = $wanted  # words; without any, all that come up in $often texts
found, text_of, forms = [], [], []
for number, text in enumerate(texts):
    spans = [match.span() for match in re.finditer(r"$word", text)]
    for n, vectors in word_vectors(text, spans):
        found.append(vectors)
        text_of.append(number)
        forms.append(text[slice(*spans[n])].casefold())
states, text_of = numpy.stack(found, 1).astype(float), numpy.array(text_of)  # (layers + 1, words, hidden)


def unit(vectors):
    return vectors / numpy.linalg.norm(vectors, axis=-1, keepdims=True).clip(1e-12)


def mean_cosine(vectors, groups):
    \"\"\"Over all pairs of vectors that are of different groups.\"\"\"
    vectors = unit(vectors)
    apart = groups[:, None] != groups
    return float((vectors @ vectors.T)[apart].mean())


places = {}  # of each word its first place in each text
for n, (form, text) in enumerate(zip(forms, text_of.tolist())):
    places.setdefault(form, {}).setdefault(text, n)
words = wanted or sorted(form for form, one in places.items() if len(one) >= $often)
result = {"anisotropy": [], "without": [], "words": {word: [] for word in words}}
for layer in states:
    largest = numpy.argsort(-unit(layer).mean(0) ** 2)[:$largest]  # the dimensions that add most to the mean cosine
    result["anisotropy"].append(mean_cosine(layer, text_of))
    result["without"].append(mean_cosine(numpy.delete(layer, largest, 1), text_of))
    for word in words:
        here = list(places[word].values())
        result["words"][word].append(mean_cosine(layer[here], numpy.arange(len(here))))
print(json.dumps(result, ensure_ascii=False))
""")


def geometry_snippet(checkpoint: Checkpoint, texts: Sequence[str], wanted: Sequence[str]) -> str:
    """The code for these texts."""
    own = tuple(texts) == tuple(one.text for one in default_texts())
    body = WORD_VECTORS.substitute(length=checkpoint.context_length) + BODY.substitute(
        texts="[one.text for one in default_texts()]" if own else repr(list(texts)),
        wanted=repr([word.casefold() for word in wanted]),
        word=WORD.pattern,
        often=OFTEN,
        largest=LARGEST,
    )
    return script(checkpoint, body, standard=["re"], libraries=["import numpy"], own=OWN if own else "")
