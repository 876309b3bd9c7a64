"""feature-extraction outside the playground."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.embedding import embed, is_meant_for, load
from core.snippets.script import script
from core.tasks.feature_extraction.schema import FeatureExtractionRequest

ONE = Template("""\
vector = $vector
print(json.dumps({"embedding": vector.tolist()}, indent=1))
""")


def snippet(checkpoint: Checkpoint, request: FeatureExtractionRequest) -> str:
    """The code for one request."""
    text = repr(request.text)
    if request.normalize and is_meant_for(checkpoint, request):
        return load(checkpoint) + ONE.substitute(vector=f"model.encode({text}, normalize_embeddings=True)")
    vector = f"embed({text})"
    if request.normalize:
        vector = f"torch.nn.functional.normalize({vector}, dim=0)"
    return script(checkpoint, embed(checkpoint, request) + ONE.substitute(vector=vector))
