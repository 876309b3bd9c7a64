"""Many vectors outside the playground: all against all, one against many, a file searched, its duplicates, its map."""

from collections.abc import Sequence
from dataclasses import dataclass
from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.embedding import embed, is_meant_for, load
from core.snippets.script import script
from core.snippets.source import Source
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, Pooling
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest
from core.tasks.sentence_similarity.snippet import snippet

ENCODE = '''\
def vectors_of(texts):
    """The vectors of texts, each of length one, (texts, hidden)."""
    return model.encode(texts, normalize_embeddings=True)


'''
ENCODE_BY_HAND = '''\
def vectors_of(texts):
    """The vectors of texts, each of length one, (texts, hidden)."""
    return torch.nn.functional.normalize(torch.stack([embed(text) for text in texts])).numpy()


'''
CENTRE = '''\
with open("assets/sentences.csv", encoding="utf-8", newline="") as file:
    centre = vectors_of([row["text"] for row in csv.DictReader(file)]).mean(0)


def centred(vectors):
    """Without what all vectors share, the mean of unrelated sentences, and of length one again."""
    vectors = vectors - centre
    return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)


'''
PAIR = Template("""\
vector_a, vector_b = $vectors
print(json.dumps({"similarity": float(vector_a @ vector_b)}, indent=1))
""")
MATRIX = Template("""\
texts = $texts
vectors = $vectors
similarities = vectors @ vectors.T  # (texts, texts)
print(json.dumps({"similarities": similarities.tolist()}, indent=1))
""")
RANKING = Template("""\
query = $query
similarities = $vectors @ $query_vector[0]
best = (-similarities).argsort(kind="stable")$most
found = [{"text": texts[n], "similarity": float(similarities[n])} for n in best]
print(json.dumps(found, ensure_ascii=False, indent=1))
""")
DUPLICATES = Template("""\
pairs = paraphrase_mining_embeddings(torch.from_numpy(vectors_of(texts)))
found = [{"text_a": texts[a], "text_b": texts[b], "similarity": s} for s, a, b in pairs if s >= $threshold]
print(json.dumps(found, ensure_ascii=False, indent=1))
""")
MAP = Template("""\
places = numpy.arange(len(texts))
if len(texts) > $most:
    places = numpy.sort(numpy.random.default_rng($seed).choice(len(texts), $most, replace=False))
vectors = vectors_of([texts[n] for n in places])
points = $layout.fit_transform(vectors)
found = [{"text": texts[n], "x": float(x), "y": float(y)} for n, (x, y) in zip(places, points)]
print(json.dumps(found, ensure_ascii=False, indent=1))
""")
LAYOUTS = {  # what imports it, and how it is made
    "PCA": ("from sklearn.decomposition import PCA", "PCA(2)"),
    "UMAP": (
        "from umap import UMAP",
        'UMAP(n_neighbors=min(15, len(places) - 1), metric="cosine", random_state=$seed)',
    ),
}


@dataclass(frozen=True)
class Space:
    """Which vectors: pooling of a layer, and whether they are centred."""

    pooling: Pooling = "mean"
    layer: int = -1
    centred: bool = False

    @property
    def wrap(self) -> Template:
        """What goes around vectors."""
        return Template("centred($vectors)" if self.centred else "$vectors")


def pair_snippet(checkpoint: Checkpoint, request: SentenceSimilarityRequest, *, centred: bool) -> str:
    """The code for a pair; prints its cosine."""
    if not centred:
        return snippet(checkpoint, request)
    space = Space(request.pooling, request.layer, centred)
    vectors = space.wrap.substitute(vectors=f"vectors_of([{request.text_a!r}, {request.text_b!r}])")
    return whole(checkpoint, space, PAIR.substitute(vectors=vectors))


def matrix_snippet(checkpoint: Checkpoint, space: Space, texts: Sequence[str]) -> str:
    """The code for all pairs of texts; prints one list per text."""
    vectors = space.wrap.substitute(vectors="vectors_of(texts)")
    return whole(checkpoint, space, MATRIX.substitute(texts=repr(list(texts)), vectors=vectors))


def ranking_snippet(checkpoint: Checkpoint, space: Space, query: str, texts: Sequence[str]) -> str:
    """The code for one text against many; prints these, the nearest first."""
    return whole(checkpoint, space, f"texts = {list(texts)!r}\n" + ranking(space, query))


def search_snippet(checkpoint: Checkpoint, space: Space, query: str, source: Source, most: int) -> str:
    """The code that searches a file; prints the `most` nearest texts."""
    return whole(checkpoint, space, source.texts + ranking(space, query, f"[:{most}]"))


def ranking(space: Space, query: str, most: str = "") -> str:
    """The lines that sort `texts` by their cosine with the query."""
    vectors, query_vector = (space.wrap.substitute(vectors=f"vectors_of({name})") for name in ("texts", "[query]"))
    return RANKING.substitute(query=repr(query), vectors=vectors, query_vector=query_vector, most=most)


def duplicates_snippet(checkpoint: Checkpoint, space: Space, source: Source, threshold: float) -> str:
    """The code that finds the pairs of a file over a threshold; prints them, the most alike first."""
    libraries = ["import torch", "from sentence_transformers.util import paraphrase_mining_embeddings"]
    return whole(checkpoint, space, source.texts + DUPLICATES.substitute(threshold=threshold), libraries)


def map_snippet(checkpoint: Checkpoint, space: Space, source: Source, way: str, most: int, seed: int) -> str:
    """The code that lays a file out in a plane; prints one point per text; UMAP's depend on the last digits."""
    library, layout = LAYOUTS[way]
    made = Template(layout).substitute(seed=seed)
    return whole(checkpoint, space, source.texts + MAP.substitute(most=most, seed=seed, layout=made), [library])


def whole(checkpoint: Checkpoint, space: Space, body: str, libraries: Sequence[str] = ()) -> str:
    """A whole file: what gives `vectors_of`, and `centred` where it is needed, before `body`."""
    request = FeatureExtractionRequest("", space.pooling, space.layer)
    body = (CENTRE if space.centred else "") + body
    standard = ["csv"] if "csv." in body else []
    libraries = [*(["import numpy"] if "numpy." in body else []), *libraries]
    if is_meant_for(checkpoint, request):
        return load(checkpoint, standard, libraries) + "\n" + ENCODE + body
    libraries = [line for line in libraries if line != "import torch"]
    return script(
        checkpoint, embed(checkpoint, request) + ENCODE_BY_HAND + body, standard=standard, libraries=libraries
    )
