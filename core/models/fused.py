"""A faster stack of BERT layers for answers: no padding, one product for query, key and value, GELU inside its product.

Attention runs in PyTorch's own kernel, not as products of oneDNN, which compiles one for each number of rows and
tokens: over rows of mixed length that took a third of the time. For the same reason the products that are left get
rounded numbers of rows.

It takes the place of the layers of a loaded BERT-shaped model and shares its weights. It gives the last hidden state
only, and that only where it is read; what needs attention weights or inner layers runs on the plain layers
(`LoadedModel.plain`).
"""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from transformers import PreTrainedModel
from transformers.modeling_outputs import BaseModelOutputWithPastAndCrossAttentions

from core.models.names import LAYERS, LayerNames

MASKED_ALIKE = ("bert", "roberta", "xlm-roberta", "electra", "distilbert")  # take BERT's mask; Longformer does not
ONEDNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
BFLOAT16_PRODUCTS = ONEDNN and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())  # a processor with AVX2 has none


def fuse(model: PreTrainedModel) -> None:
    """Puts fused layers in place of BERT-shaped ones of a model on a CPU; leaves every other model as it is."""
    base: Any = model.base_model
    if not ONEDNN or base.device.type != "cpu" or base.config.model_type not in MASKED_ALIKE:
        return
    names = LAYERS[base.config.model_type]
    layers = getattr(getattr(base, names.stack, None), "layer", ())
    if len(layers) and all(is_bert_shaped(layer, names) for layer in layers):
        setattr(base, names.stack, FusedEncoder(layers, names))


def is_fused(base: PreTrainedModel) -> bool:
    """Whether the model without its head has fused layers, which take the argument `read`."""
    return any(isinstance(getattr(base, names.stack, None), FusedEncoder) for names in LAYERS.values())


def is_bert_shaped(layer: nn.Module, names: LayerNames) -> bool:
    """Whether the layer is BERT's, with exact GELU; RoBERTa's, ELECTRA's and DistilBERT's are, under other names."""
    present = {name for name, _ in layer.named_modules()}
    needed = (*names.projections, names.attention_output, names.attention_norm, names.intermediate, names.output_norm)
    if not present.issuperset((*needed, names.output)) or getattr(layer, "is_decoder", False):
        return False
    return type(attrgetter(names.activation)(layer)).__name__ == "GELUActivation"


class FusedEncoder(nn.Module):
    """Called as the encoder it replaces; padding goes before the first layer and is back, as zeros, after the last."""

    def __init__(self, layers: Sequence[nn.Module], names: LayerNames) -> None:
        super().__init__()
        self.layer = nn.ModuleList(FusedLayer(layer, names) for layer in layers)

    def forward(
        self,
        hidden_states: torch.Tensor,
        attention_mask: torch.Tensor | None,
        read: torch.Tensor | None = None,
        **_: Any,
    ) -> BaseModelOutputWithPastAndCrossAttentions:
        """(rows, tokens, hidden) under a boolean mask of shape (rows, 1, queries, keys), padding on the right.

        `read`, (rows, tokens), says which tokens the caller looks at: the last layer leaves the others zero.
        """
        rows, longest, width = hidden_states.shape
        full = torch.full((rows,), longest)
        lengths = full if attention_mask is None else attention_mask[:, 0, 0].sum(-1)  # (rows,)
        order = lengths.argsort()
        runs = [(int(n), int(length)) for length, n in zip(*lengths.unique(return_counts=True), strict=True)]
        positions = order[:, None] * longest + torch.arange(longest)  # (rows, tokens), rows of one length side by side
        real = positions[torch.arange(longest) < lengths[order, None]]  # (real tokens,)
        flat = hidden_states.view(-1, width)[round_up(real)]  # (real tokens and some more, hidden)
        *below, last = self.layer
        for layer in below:
            flat = layer(flat, runs)
        wanted: slice | torch.Tensor = slice(None)
        if read is not None:
            inside = read.view(-1)[real].nonzero().squeeze(1)
            wanted, real = round_up(inside), real[inside]
        padded = hidden_states.new_zeros(rows * longest, width)
        padded[real] = last(flat, runs, wanted)[: len(real)]
        return BaseModelOutputWithPastAndCrossAttentions(last_hidden_state=padded.view(rows, longest, width))


class FusedLayer(nn.Module):
    """One layer on the tokens of many rows laid end to end, with the weights of `layer`, whose q, k, v become views."""

    def __init__(self, layer: Any, names: LayerNames) -> None:
        super().__init__()
        self.heads: int = attrgetter(names.heads)(layer)
        self.projection = join_linears(attrgetter(*names.projections)(layer))
        self.attention_output = attrgetter(names.attention_output)(layer)
        self.attention_norm = attrgetter(names.attention_norm)(layer)
        self.intermediate = attrgetter(names.intermediate)(layer)
        self.output = attrgetter(names.output)(layer)
        self.output_norm = attrgetter(names.output_norm)(layer)

    def forward(
        self, hidden: torch.Tensor, runs: list[tuple[int, int]], wanted: slice | torch.Tensor = slice(None)
    ) -> torch.Tensor:
        """(tokens, hidden) -> (wanted tokens, hidden); `runs` says how many rows of which length follow each other."""
        projected = linear(hidden, self.projection)  # (tokens, 3·hidden)
        context = torch.zeros_like(hidden)  # behind the runs are rows that nobody reads
        for source, target in zip(split_runs(projected, runs), split_runs(context, runs), strict=True):
            self.attend(source, target)
        hidden = self.attention_norm(linear(context[wanted], self.attention_output).add_(hidden[wanted]))
        inner = linear(hidden, self.intermediate, "gelu")  # (tokens, intermediate)
        normed: torch.Tensor = self.output_norm(linear(inner, self.output).add_(hidden))
        return normed

    def attend(self, projected: torch.Tensor, context: torch.Tensor) -> None:
        """From (rows, tokens, 3·hidden) into (rows, tokens, hidden), every token seeing all of its row."""
        rows, tokens, width = context.shape
        by_head = projected.view(rows, tokens, 3, self.heads, width // self.heads)
        query, key, value = by_head.permute(2, 0, 3, 1, 4)  # each (rows, heads, tokens, size)
        attended = functional.scaled_dot_product_attention(query, key, value)
        context.view(rows, tokens, self.heads, -1).copy_(attended.transpose(1, 2))


def round_up(indices: torch.Tensor) -> torch.Tensor:
    """The indices and some zeros behind them, so that few numbers of rows occur: each new one compiles its products."""
    step = 16 if len(indices) <= 256 else 64
    return functional.pad(indices, (0, -len(indices) % step))


def split_runs(flat: torch.Tensor, runs: list[tuple[int, int]]) -> Iterator[torch.Tensor]:
    """Views of (tokens, width) as one (rows, length, width) a run."""
    start = 0
    for rows, length in runs:
        yield flat[start : start + rows * length].view(rows, length, -1)
        start += rows * length


def join_linears(parts: Sequence[nn.Linear]) -> nn.Linear:
    """One linear layer that computes all of `parts`; their weights become views of its own, so memory does not grow."""
    joined = nn.Linear(1, 1, device="meta")
    joined.weight = nn.Parameter(torch.cat([part.weight for part in parts]), requires_grad=False)
    joined.bias = nn.Parameter(torch.cat([part.bias for part in parts]), requires_grad=False)
    for n, part in enumerate(parts):
        size = len(part.bias)
        part.weight.data = joined.weight[n * size : (n + 1) * size]
        part.bias.data = joined.bias[n * size : (n + 1) * size]
    return joined


def linear(x: torch.Tensor, layer: nn.Linear, activation: str = "none") -> torch.Tensor:
    """The layer and its activation ("none", or "gelu" for the exact one) as one oneDNN product, where it has one."""
    if x.dtype == torch.bfloat16 and not BFLOAT16_PRODUCTS:
        product = functional.linear(x, layer.weight, layer.bias)
        return functional.gelu(product) if activation == "gelu" else product
    result: torch.Tensor = torch.ops.mkldnn._linear_pointwise(x, layer.weight, layer.bias, activation, [], "none")
    return result
