"""Looking inside: attention and the lens of a short text beside what they cannot do without, head finder and probes."""

import statistics
import time

import torch

from benchmarks.classroom import Finding
from core.inspect.grammar import sentences
from core.inspect.heads import find_heads
from core.inspect.probe_run import run_probes
from core.inspect.properties import PROBED, PROPERTIES, label_words
from core.models.architecture import vocabulary_head
from core.runtime.cache import CachedEngine, ResultCache
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks.attention.schema import AttentionRequest
from core.tasks.logit_lens.schema import LogitLensRequest

ENCODER, FILLER = "minilm", "minilm-fill-mask"
MOST_TIMES, MOST_SECONDS, MOST_PROBING_SECONDS = 1.3, 20.0, 60.0
MOST_LENS_TIMES = 1.5
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


def lens(*, rounds: int) -> Finding:
    """The trained head on every layer of about 20 tokens, a new text each round, interleaved with a bare pass that
    gives all layers and the probabilities of the head on each of them, in float32."""
    engine = LocalEngine(Settings(device="cpu", dtype="float32"))
    asked, bare = [], []
    with engine.lease(FILLER) as model, torch.inference_mode():
        plain, head = model.plain_encoder, vocabulary_head(model.plain)
        for n in range(rounds):
            text = f"The old teacher who sold {n} red cars to the ___ was reading a long letter near the river."
            encoding, _ = model.tokenizer.encode(text.replace("___", model.tokenizer.mask_token or ""))
            ids = torch.tensor([encoding.ids], device=plain.device)
            began = time.perf_counter()
            states = plain(input_ids=ids, attention_mask=torch.ones_like(ids), output_hidden_states=True).hidden_states
            for state in states:
                head(state[0]).softmax(-1)
            bare.append(time.perf_counter() - began)
            began = time.perf_counter()
            next(iter(engine.stream("logit-lens", FILLER, [LogitLensRequest(text)])))
            asked.append(time.perf_counter() - began)
    ours, theirs = (1000 * statistics.median(spent) for spent in (asked, bare))
    found = f"{ours:.1f} ms, {ours / theirs:.2f} times pass and heads alone ({theirs:.1f} ms)"
    reached = ours <= MOST_LENS_TIMES * theirs
    return Finding("Lens of 20 tokens, all layers", found, f"at most {MOST_LENS_TIMES:g}", reached)


def probing(engine: LocalEngine) -> Finding:
    """All properties on every layer, with their control tasks and an untrained network."""
    given = sentences(PROBED)
    began = time.perf_counter()
    results = list(run_probes(engine, ENCODER, [label_words(name, given) for name in PROPERTIES]))
    seconds = time.perf_counter() - began
    name = f"Probes for {len(results)} properties on all layers, {len(given):,} sentences"
    reached = seconds <= MOST_PROBING_SECONDS
    return Finding(name, f"{seconds:.1f} s", f"at most {MOST_PROBING_SECONDS:g} s", reached)
