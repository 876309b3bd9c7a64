"""Looking inside: attention of a short text beside one bare pass that gives it, and the head finder."""

import statistics
import time

import torch

from benchmarks.classroom import Finding
from core.inspect.grammar import sentences
from core.inspect.heads import find_heads
from core.runtime.cache import CachedEngine, ResultCache
from core.runtime.local import LocalEngine
from core.tasks.attention.schema import AttentionRequest

ENCODER = "minilm"
MOST_TIMES, MOST_SECONDS = 1.3, 20.0
CACHE_BYTES = 100_000_000


def attention(engine: LocalEngine, *, rounds: int) -> Finding:
    """The overview of all heads and one head of about 20 tokens, a new text each round, interleaved with bare eager
    passes of the same ids in the engine's precision."""
    cached = CachedEngine(engine, ResultCache(CACHE_BYTES), engine.catalog)
    asked, bare = [], []
    with engine.lease(ENCODER) as model, torch.inference_mode():
        plain = model.plain_encoder
        plain.set_attn_implementation("eager")
        for n in range(rounds):
            text = f"The old teacher who sold {n} red cars to the doctor was reading a long letter near the river."
            encoding, _ = model.tokenizer.encode(text)
            ids = torch.tensor([encoding.ids], device=plain.device)
            began = time.perf_counter()
            plain(input_ids=ids, attention_mask=torch.ones_like(ids), output_attentions=True)
            bare.append(time.perf_counter() - began)
            began = time.perf_counter()
            for request in (AttentionRequest(text, cells=64), AttentionRequest(text, layer=3, head=4)):
                cached.run("attention", ENCODER, [request])
            asked.append(time.perf_counter() - began)
    ours, theirs = (1000 * statistics.median(spent) for spent in (asked, bare))
    found = f"{ours:.1f} ms, {ours / theirs:.2f} bare eager passes ({theirs:.1f} ms)"
    reached = ours <= MOST_TIMES * theirs
    return Finding("Attention of 20 tokens: all heads small, one whole", found, f"at most {MOST_TIMES}", reached)


def head_finder(engine: LocalEngine) -> Finding:
    """Every head on 300 sentences of the grammar."""
    given = sentences(300)
    began = time.perf_counter()
    find_heads(engine, ENCODER, given)
    seconds = time.perf_counter() - began
    return Finding(
        "Head finder, 300 sentences", f"{seconds:.1f} s", f"at most {MOST_SECONDS:g} s", seconds <= MOST_SECONDS
    )
