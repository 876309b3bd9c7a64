"""sentence-similarity outside the playground."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.embedding import embed, is_meant_for, load
from core.snippets.script import script
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest

TWO = Template("""\
vector_a = $vector_a
vector_b = $vector_b
similarity = $similarity
print(json.dumps({"similarity": similarity.item()}, indent=1))
""")


def snippet(checkpoint: Checkpoint, request: SentenceSimilarityRequest) -> str:
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
