"""hidden-states outside the playground."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.models.part_names import FEED_FORWARD, FEED_FORWARDS, LAYER, LAYERS
from core.snippets.blocks import BLOCKS, SHARED
from core.snippets.embedding import POOLED
from core.snippets.script import script
from core.tasks.hidden_states.schema import HiddenStatesRequest

BODY = Template("""\
texts = $texts
inputs = tokenizer(*texts, truncation=True, max_length=$length, return_tensors="pt")
tokens = $tokens$untrained
layers = model(**inputs, output_hidden_states=True).hidden_states  # embeddings first, each (1, tokens, hidden)
states = torch.stack([$states for (hidden,) in layers])  # (layers + 1, tokens, hidden)
print(json.dumps({"tokens": tokens, "states": states.tolist()}, ensure_ascii=False))
""")
NEURONS = Template("""\
texts = $texts
inputs = tokenizer(*texts, truncation=True, max_length=$length, return_tensors="pt")
tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])$untrained
$blocks
caught = []  # what goes into the last product of the feed-forward part, layer after layer
for block in dict.fromkeys(blocks):
    part = block.get_submodule("$feed_forward")
    part.register_forward_pre_hook(lambda module, arguments: caught.append(arguments[0]))
model(**inputs)
neurons = caught[$layer - 1]$turned[:, : len(tokens)]  # (1, tokens, neurons)
print(json.dumps({"tokens": tokens, "states": neurons.tolist()}, ensure_ascii=False))
""")
UNTRAINED = """
torch.manual_seed(0)  # random weights instead of the trained ones
model = type(model.base_model)(model.base_model.config).eval()"""
TOKENS = 'tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])'


def snippet(checkpoint: Checkpoint, request: HiddenStatesRequest) -> str:
    """The code for one request."""
    if request.neurons:
        return script(checkpoint, code_of_neurons(checkpoint, request))
    body = BODY.substitute(
        texts=repr([request.text, request.text_pair] if request.text_pair else [request.text]),
        untrained=UNTRAINED if request.untrained else "",
        length=checkpoint.context_length,
        tokens=repr(list(request.poolings)) if request.poolings else TOKENS,
        states=f"torch.stack([{', '.join(POOLED[one] for one in request.poolings)}])" if request.poolings else "hidden",
    )
    return script(checkpoint, body)


def code_of_neurons(checkpoint: Checkpoint, request: HiddenStatesRequest) -> str:
    """The code for the neurons of a layer."""
    kind = checkpoint.model_type
    return NEURONS.substitute(
        texts=repr([request.text, request.text_pair] if request.text_pair else [request.text]),
        length=checkpoint.context_length,
        untrained=UNTRAINED if request.untrained else "",
        blocks=SHARED if kind == "albert" else BLOCKS.format(LAYERS.get(kind, LAYER)),
        feed_forward=FEED_FORWARDS.get(kind, FEED_FORWARD),
        layer=request.neurons,
        turned=".transpose(1, 2)" if kind == "squeezebert" else "",
    )
