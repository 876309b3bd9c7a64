"""Parts of a network switched off outside the playground: heads, whole layers, feed-forward parts."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.models.part_names import FEED_FORWARD, FEED_FORWARDS, JOIN, JOINS, LAYER, LAYERS
from core.snippets.blocks import BLOCKS, SHARED

MODULES = ("contextlib", "itertools")  # of Python, which the lines need
WITHOUT = Template("""\
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


@contextlib.contextmanager
def without(heads=(), layers=(), feed_forwards=()):
    \"\"\"The network without these parts; layers and heads are counted from 1.\"\"\"
    hooks = []
    for layer, head in heads:
        part = blocks[layer - 1].get_submodule("$join")
        hooks.append(part.register_forward_pre_hook(in_turn(layer, without_head(head))))
    for layer in layers:
        hooks.append(blocks[layer - 1].register_forward_hook(in_turn(layer, as_it_came), with_kwargs=True))
    for layer in feed_forwards:
        part = blocks[layer - 1].get_submodule("$feed_forward")
        hooks.append(part.register_forward_hook(in_turn(layer, lambda module, arguments, output: output * 0)))
    yield
    for hook in hooks:
        hook.remove()
""")


def without_parts(checkpoint: Checkpoint) -> str:
    """The lines that give `without`, `blocks` (its layers in order) and `count`, the heads of a layer.

    SqueezeBERT's whole layers stay on, as transformers calls them past hooks.
    """
    kind = checkpoint.model_type
    return WITHOUT.substitute(
        blocks=SHARED if kind == "albert" else BLOCKS.format(LAYERS.get(kind, LAYER)),
        join=JOINS.get(kind, JOIN),
        feed_forward=FEED_FORWARDS.get(kind, FEED_FORWARD),
    )
