"""ablation outside the playground: hooks that take parts away, one pass for each network."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.models.part_names import FEED_FORWARD, FEED_FORWARDS, JOIN, JOINS, LAYER, LAYERS
from core.snippets.blocks import BLOCKS, SHARED
from core.snippets.script import script
from core.tasks.ablation.schema import AblationRequest
from core.tasks.attribution.snippet import lines_of

BODY = Template("""\
$read
$blocks
count, size = model.config.num_attention_heads, model.config.hidden_size // model.config.num_attention_heads


def in_turn(layer, act):  # ALBERT's one layer is applied again and again: only in its turn
    calls, times = itertools.count(), sum(block is blocks[layer - 1] for block in blocks)
    return lambda *call: act(*call) if next(calls) % times == (layer - 1) % times else None


def without_head(head):
    def act(module, arguments):
        vectors = arguments[0].clone()
        vectors[..., (head - 1) * size : head * size] = 0
        return vectors, *arguments[1:]

    return act


def as_it_came(module, arguments, named, output):
    states = named.get("query_states", arguments[0])
    return (states, *output[1:]) if isinstance(output, tuple) else states


def logit(heads=(), layers=(), feed_forwards=()):
    hooks = []
    for layer, head in heads:
        part = blocks[layer - 1].get_submodule("$join")
        hooks.append(part.register_forward_pre_hook(in_turn(layer, without_head(head))))
    for layer in layers:
        hooks.append(blocks[layer - 1].register_forward_hook(in_turn(layer, as_it_came), with_kwargs=True))
    for layer in feed_forwards:
        part = blocks[layer - 1].get_submodule("$feed_forward")
        hooks.append(part.register_forward_hook(in_turn(layer, lambda module, arguments, output: output * 0)))
$logit
    for hook in hooks:
        hook.remove()
    return found.item()


before = logit()
after = logit($heads, $layers, $feed_forwards)
numbers = range(1, len(blocks) + 1)
importance = $importance
print(json.dumps({"logit_before": before, "logit_after": after, "logit_importance": importance}))
""")
IMPORTANCE = {
    None: "[]",
    "heads": "[[before - logit([(layer, head)]) for head in range(1, count + 1)] for layer in numbers]",
    "layers": "[[before - logit((), [layer])] for layer in numbers]",
    "feed-forwards": "[[before - logit((), (), [layer])] for layer in numbers]",
}


def snippet(checkpoint: Checkpoint, request: AblationRequest) -> str:
    """The code for one request. SqueezeBERT's whole layers stay on in it, as transformers calls them past hooks."""
    read, logit = lines_of(checkpoint, request)
    kind = checkpoint.model_type
    body = BODY.substitute(
        read=read,
        logit=logit,
        blocks=SHARED if kind == "albert" else BLOCKS.format(LAYERS.get(kind, LAYER)),
        join=JOINS.get(kind, JOIN),
        feed_forward=FEED_FORWARDS.get(kind, FEED_FORWARD),
        heads=repr(list(request.heads)),
        layers=repr(list(request.layers)),
        feed_forwards=repr(list(request.feed_forwards)),
        importance=IMPORTANCE[request.each],
    )
    standard = ["itertools", *(["re"] if request.target.task == "fill-mask" else [])]
    return script(checkpoint, body, standard=standard)
