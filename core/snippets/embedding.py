"""How snippets turn texts into vectors: sentence-transformers for the sentence encoder as it is meant to be used,
transformers for any other layer, pooling or checkpoint."""

from collections.abc import Sequence
from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import imports
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, Pooling
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest

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
