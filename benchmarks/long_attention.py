"""The attention of 512 tokens: seconds to the page and bytes sent, beside BertViz where it is installed."""

import asyncio
import importlib
import importlib.util
import re
import time
import urllib.request
from dataclasses import dataclass

import torch

from benchmarks.classroom import Finding
from benchmarks.sentences import make_sentences
from benchmarks.servers import Server, playground
from benchmarks.visitors import Visitor
from core.runtime.local import LocalEngine

ENCODER, TOKENS = "minilm", 512
BERTVIZ = "1.4.1"
MOST_CHANGE_BYTES = 300_000
FILES = re.compile(r"/media/[0-9a-f]+\.\w+")


@dataclass(frozen=True)
class Sent:
    """How long it took until all was there, and how much came."""

    seconds: float
    bytes: int


def long_text(tokens: int = TOKENS) -> str:
    """A text of at least so many tokens."""
    return " ".join(make_sentences(tokens // 12))


def compare(engine: LocalEngine) -> list[Finding]:
    """The page as a browser gets it, then another head; and what BertViz makes of the same text, as a page that has
    still to be drawn."""
    text = long_text()
    with playground() as server:
        page, changed = asyncio.run(look(server, text))
    peer = bertviz(engine, text)
    beside = "BertViz is not installed"
    if peer:
        beside = f"BertViz {BERTVIZ}: {peer.seconds:.1f} s, {peer.bytes / 1e6:.1f} MB, before it is drawn"
    found = f"{page.seconds:.2f} s, {page.bytes / 1e6:.2f} MB ({beside})"
    reached = peer is None or (page.seconds <= peer.seconds and page.bytes <= peer.bytes)
    another = f"{1000 * changed.seconds:.0f} ms, {changed.bytes / 1000:.0f} kB"
    return [
        Finding(f"Attention of {TOKENS} tokens, the page", found, "less than BertViz", reached),
        Finding("then another head", another, "at most 300 kB", changed.bytes <= MOST_CHANGE_BYTES),
    ]


async def look(server: Server, text: str) -> tuple[Sent, Sent]:
    """The page with a text that nobody has asked for, then another head of it. The model is loaded before."""
    async with Visitor(server.port) as visitor:
        await visitor.open("attention")
        had = set(files(visitor))
        page = await measured(visitor, server, had, write(visitor, text))
        changed = await measured(visitor, server, had, visitor.slide("attention_head", 7))
    return page, changed


async def write(visitor: Visitor, text: str) -> None:
    """Puts the text into the box."""
    await visitor.write({"attention_text": text})


async def measured(visitor: Visitor, server: Server, had: set[str], change: object) -> Sent:
    """What a change brings: its messages, and the files that they name and the browser does not have."""
    before, began = visitor.received, time.perf_counter()
    await change  # type: ignore[misc]
    size = visitor.received - before
    for address in set(files(visitor)) - had:
        had.add(address)
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{address}") as reply:
            size += len(reply.read())
    return Sent(time.perf_counter() - began, size)


def files(visitor: Visitor) -> list[str]:
    """The addresses of files on the page."""
    return FILES.findall(visitor.shown())


def bertviz(engine: LocalEngine, text: str) -> Sent | None:
    """One eager pass and the page that BertViz makes of it; None where BertViz is not installed."""
    if importlib.util.find_spec("bertviz") is None:
        return None
    head_view = importlib.import_module("bertviz").head_view
    with engine.lease(ENCODER) as model, torch.inference_mode():
        plain = model.plain_encoder
        usual = plain.config._attn_implementation
        plain.set_attn_implementation("eager")
        encoding, _ = model.tokenizer.encode(text)
        began = time.perf_counter()
        ids = torch.tensor([encoding.ids], device=plain.device)
        attentions = plain(input_ids=ids, attention_mask=torch.ones_like(ids), output_attentions=True).attentions
        plain.set_attn_implementation(usual)
        page = head_view(
            [one.float() for one in attentions], model.tokenizer.tokens(encoding.ids), html_action="return"
        )
        return Sent(time.perf_counter() - began, len(page.data.encode()))
