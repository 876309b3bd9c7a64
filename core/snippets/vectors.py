"""feature-extraction and sentence-similarity outside the playground: sentence-transformers for the sentence encoder as
it is meant to be used, transformers for any other layer, pooling or checkpoint; for one text or two."""

from collections.abc import Sequence
from string import Template

from core.checkpoints.catalog import Checkpoint
from core.requests import FeatureExtractionRequest, Pooling, SentenceSimilarityRequest
from core.snippets.script import imports, script

LOAD_SENTENCE_ENCODER = Template("""\
model = SentenceTransformer(str(encoder))
model.max_seq_length = $length

""")

EMBED = Template('''\
def embed(text):
    """The hidden states of a layer (0 embeddings, -1 last) as one vector."""
    inputs = tokenizer(text, truncation=True, max_length=$length, return_tensors="pt")
    hidden = model(**inputs, output_hidden_states=True).hidden_states[$layer][0]  # (tokens, hidden)
    return $pooled


''')
POOLED: dict[Pooling, str] = {"mean": "hidden.mean(0)", "cls": "hidden[0]", "max": "hidden.amax(0)"}

ONE = Template("""\
vector = $vector
print(json.dumps({"embedding": vector.tolist()}, indent=1))
""")

TWO = Template("""\
vector_a = $vector_a
vector_b = $vector_b
similarity = $similarity
print(json.dumps({"similarity": similarity.item()}, indent=1))
""")


def feature_extraction(checkpoint: Checkpoint, request: FeatureExtractionRequest) -> str:
    """The code for one request."""
    text = repr(request.text)
    if request.normalize and is_meant_for(checkpoint, request):
        return load(checkpoint) + ONE.substitute(vector=f"model.encode({text}, normalize_embeddings=True)")
    vector = f"embed({text})"
    if request.normalize:
        vector = f"torch.nn.functional.normalize({vector}, dim=0)"
    return script(checkpoint, embed(checkpoint, request) + ONE.substitute(vector=vector))


def sentence_similarity(checkpoint: Checkpoint, request: SentenceSimilarityRequest) -> str:
    """The code for one request."""
    simple = is_meant_for(checkpoint, request)
    verb = "model.encode" if simple else "embed"
    body = TWO.substitute(
        vector_a=f"{verb}({request.text_a!r})",
        vector_b=f"{verb}({request.text_b!r})",
        similarity="model.similarity(vector_a, vector_b)"
        if simple
        else "torch.cosine_similarity(vector_a, vector_b, dim=0)",
    )
    return load(checkpoint) + body if simple else script(checkpoint, embed(checkpoint, request) + body)


def is_meant_for(checkpoint: Checkpoint, request: FeatureExtractionRequest | SentenceSimilarityRequest) -> bool:
    """Whether the bundled sentence encoder is asked for the vector that it was trained to give."""
    meant = (checkpoint.source, checkpoint.sentences) == ("package", True)
    return meant and (request.pooling, request.layer) == ("mean", -1)


def load(checkpoint: Checkpoint, standard: Sequence[str] = (), libraries: Sequence[str] = ()) -> str:
    """The lines that give `model`, a SentenceTransformer."""
    lines = ["from sentence_transformers import SentenceTransformer", *libraries]
    return imports(checkpoint, standard, lines) + LOAD_SENTENCE_ENCODER.substitute(length=checkpoint.context_length)


def embed(checkpoint: Checkpoint, request: FeatureExtractionRequest | SentenceSimilarityRequest) -> str:
    """The lines that define `embed`."""
    return EMBED.substitute(length=checkpoint.context_length, layer=request.layer, pooled=POOLED[request.pooling])
