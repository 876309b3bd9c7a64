import itertools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.checkpoints.catalog import Catalog, Checkpoint
from core.errors import CapacityError, PlaygroundError, TaskNotSupportedError, UnknownNameError
from core.runtime.local import CHUNK, LocalEngine, chunks
from core.settings import Settings
from core.tasks import TASKS
from core.tasks.attention.schema import AttentionRequest
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult
from core.tasks.fill_mask.schema import FillMaskRequest, FillMaskResult
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.token_classification.schema import TokenClassificationRequest

PATIENCE = 60  # seconds after which a test that hangs fails
CountJobs = Callable[[LocalEngine], list[int]]


def vectors(count: int, words: int = 2) -> list[FeatureExtractionRequest]:
    return [FeatureExtractionRequest(f"cat{n} " * words) for n in range(count)]


def test_an_unknown_task_is_told_what_there_is(tiny_engine: LocalEngine) -> None:
    with pytest.raises(UnknownNameError) as caught:
        tiny_engine.run("translation", "tiny_encoder", [])
    assert caught.value.message == "There is no task called “translation”."
    assert "fill-mask" in caught.value.hint


def test_an_unknown_checkpoint_is_told_what_there_is(tiny_engine: LocalEngine) -> None:
    with pytest.raises(UnknownNameError, match="“bert”"):
        tiny_engine.run("attention", "bert", [AttentionRequest("a")])


def test_a_task_without_a_head_loads_nothing(tiny_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(tiny_engine, "loader")
    with pytest.raises(TaskNotSupportedError, match="tiny_masked_lm"):
        tiny_engine.run("fill-mask", "tiny_encoder", [FillMaskRequest("___")])
    with pytest.raises(TaskNotSupportedError):
        next(iter(tiny_engine.stream("fill-mask", "tiny_encoder", [])))


def test_a_layer_that_is_not_there_spoils_only_its_own_request(tiny_engine: LocalEngine) -> None:
    good, bad = FeatureExtractionRequest("a cat"), FeatureExtractionRequest("a dog", layer=99)
    outcomes = list(tiny_engine.stream("feature-extraction", "tiny_encoder", [good, bad, good]))
    assert [isinstance(outcome, PlaygroundError) for outcome in outcomes] == [False, True, False]


def test_a_stream_reads_no_more_than_two_chunks_ahead(
    tiny_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.runtime.local.CHUNK", 8)
    read = itertools.count()
    last_read = -1

    def endless() -> Iterator[FeatureExtractionRequest]:
        nonlocal last_read
        for last_read in read:
            yield FeatureExtractionRequest(f"text {last_read}")

    stream = tiny_engine.stream("feature-extraction", "tiny_encoder", endless())
    for number, result in enumerate(itertools.islice(stream, 60)):
        assert isinstance(result, FeatureExtractionResult)
        assert result.text == f"text {number}"
        assert last_read - number < 3 * 8
    stream.close()  # type: ignore[attr-defined]


def test_an_abandoned_stream_gives_its_model_back(tiny_catalog: Catalog) -> None:
    engine = LocalEngine(Settings(device="cpu", dtype="float32"), tiny_catalog)
    stream = engine.stream("feature-extraction", "tiny_encoder", vectors(3))
    next(iter(stream))
    stream.close()  # type: ignore[attr-defined]
    assert [entry.leases for entry in engine.store._entries.values()] == [0]


def test_more_requests_than_a_chunk(tiny_engine: LocalEngine) -> None:
    requests = vectors(CHUNK + 3)
    outcomes = list(tiny_engine.stream("feature-extraction", "tiny_encoder", requests))
    assert [o.text for o in outcomes if isinstance(o, FeatureExtractionResult)] == [r.text for r in requests]


def test_threads_get_their_own_answers(tiny_engine: LocalEngine) -> None:
    texts = [f"Anna{n} went to ___ with {'friends ' * (n % 7)}." for n in range(24)]
    alone = {text: tiny_engine.run("fill-mask", "tiny_masked_lm", [FillMaskRequest(text)])[0] for text in texts}
    found: dict[str, FillMaskResult] = {}

    def ask(mine: list[str]) -> None:
        for text in mine:
            (result,) = tiny_engine.run("fill-mask", "tiny_masked_lm", [FillMaskRequest(text)])
            assert isinstance(result, FillMaskResult)
            found[text] = result

    threads = [threading.Thread(target=ask, args=(texts[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    for text, result in found.items():
        wanted = alone[text]
        assert isinstance(wanted, FillMaskResult)
        assert [f.token_id for f in result.masks[0].fills] == [f.token_id for f in wanted.masks[0].fills]
        assert result.masks[0].entropy == pytest.approx(wanted.masks[0].entropy, abs=1e-4)
    assert len(found) == len(texts)


def test_attention_leaves_the_shared_model_as_it_was(tiny_engine: LocalEngine) -> None:
    request = FeatureExtractionRequest("The cat sat.")
    (before,) = tiny_engine.run("feature-extraction", "tiny_encoder", [request])
    tiny_engine.run("attention", "tiny_encoder", [AttentionRequest("The cat sat.")])
    (after,) = tiny_engine.run("feature-extraction", "tiny_encoder", [request])
    assert isinstance(before, FeatureExtractionResult)
    assert isinstance(after, FeatureExtractionResult)
    assert (before.embedding == after.embedding).all()


def test_status_counts_shared_weights_once(tiny_catalog: Catalog, new_adapter: Callable[..., Checkpoint]) -> None:
    row = new_adapter("token-classification")
    engine = LocalEngine(Settings(device="cpu", dtype="float32"), Catalog([*tiny_catalog, row]))
    assert engine.status().used_bytes == 0
    assert not any(status.loaded for status in engine.status().checkpoints)
    engine.load("tiny_encoder")
    alone = engine.status().used_bytes
    engine.load(row.id)
    status = engine.status()
    rows = {one.id: one for one in status.checkpoints}
    embeddings = 30_522 * 32 * 4
    assert status.used_bytes == alone + rows[row.id].loaded_bytes
    assert rows["tiny_encoder"].loaded_bytes == alone - embeddings
    assert rows["tiny_encoder"].parameters * 4 == pytest.approx(alone, rel=0.01)
    assert (status.device, status.dtype, status.budget_bytes) == ("cpu", "float32", 2_048_000_000)


def test_the_memory_budget_drives_out_what_is_idle(tiny_catalog: Catalog) -> None:
    engine = LocalEngine(Settings(device="cpu", dtype="float32", memory_mb=9), tiny_catalog)
    for checkpoint in ("tiny_encoder", "tiny_masked_lm", "tiny_question_answering"):
        engine.load(checkpoint)
        assert engine.status().used_bytes <= 9_000_000
    assert [row.id for row in engine.status().checkpoints if row.loaded] == [
        "tiny_masked_lm",
        "tiny_question_answering",
    ]


def test_a_model_over_the_budget_is_refused_with_both_numbers(tiny_catalog: Catalog) -> None:
    engine = LocalEngine(Settings(device="cpu", dtype="float32", memory_mb=3), tiny_catalog)
    with pytest.raises(CapacityError, match="needs 4 MB; 3 MB"):
        engine.run("feature-extraction", "tiny_encoder", vectors(1))


def test_cards_come_without_front_matter(
    tiny_catalog: Catalog, new_row: Callable[..., Checkpoint], tmp_path: Path
) -> None:
    (tmp_path / "README.md").write_text("---\nlicence: MIT\n---\n\n# A card\n\nHigh --- or low.\n", encoding="utf-8")
    row = new_row("carded", "encoder", source="bundled", location=str(tmp_path))
    card = LocalEngine(Settings(device="cpu"), Catalog([row])).library.card("carded")
    assert card == "# A card\n\nHigh --- or low."


def test_every_checkpoint_has_a_card(engine: LocalEngine) -> None:
    for row in engine.catalog:
        assert engine.library.card(row.id).startswith("#"), row.id


def test_provenance_says_where_an_answer_comes_from_and_what_it_cost(tiny_engine: LocalEngine) -> None:
    (result,) = tiny_engine.stream("feature-extraction", "tiny_encoder", [FeatureExtractionRequest("two cats")])
    assert isinstance(result, FeatureExtractionResult)
    found = result.provenance
    assert (found.checkpoint, found.revision, found.dtype, found.device) == ("tiny_encoder", "1", "float32", "cpu")
    assert (found.tokens, found.unread, found.cached) == (4, (), False)
    parts = (found.timing.queue_ms, found.timing.tokenize_ms, found.timing.forward_ms, found.timing.decode_ms)
    assert min(parts) >= 0
    assert found.timing.forward_ms > 0
    assert found.timing.total_ms == pytest.approx(sum(parts))


def test_truncation_is_told(tiny_engine: LocalEngine) -> None:
    (cut,) = tiny_engine.run("feature-extraction", "tiny_encoder", [FeatureExtractionRequest("cat " * 600)])
    (unread,) = cut.provenance.unread
    assert unread.begins.startswith("cat cat")
    assert unread.tokens == 600 - 510
    assert cut.provenance.tokens == 512
    (whole,) = tiny_engine.run(
        "token-classification", "tiny_token_classification", [TokenClassificationRequest("cat " * 600)]
    )
    assert not whole.provenance.unread
    context = QuestionAnsweringRequest("Who?", "cat " * 600)
    (windows,) = tiny_engine.run("question-answering", "tiny_question_answering", [context])
    assert not windows.provenance.unread
    assert windows.provenance.tokens > 600


def test_a_task_with_large_results_holds_few_long_texts_at_a_time() -> None:
    long, short = AttentionRequest("x" * 2500), AttentionRequest("x" * 100)
    sizes = [len(chunk) for chunk in chunks([long, long, *[short] * 40], TASKS["attention"].chunk, 2_000)]
    assert sizes == [1, 1, 21, 19]
