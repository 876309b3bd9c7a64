"""logit-lens against plain transformers: the whole head by hand on every layer; its last layer against fill-mask."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import InputError, TaskNotSupportedError
from core.runtime.local import LocalEngine
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.logit_lens.agreement import agreement, change, differences
from core.tasks.logit_lens.schema import FollowedWord, LogitLensRequest, LogitLensResult, format, rows, summary

Reference = Callable[..., tuple[Any, Any]]
TEXTS = [
    "The capital of France is ___.",
    "The ___ of the book was born in ___.",
    "It rained.",
    "He was walk___ home. " + "It rained and rained. " * 12,
]
HEADS: dict[str, Callable[[Any, torch.Tensor], torch.Tensor]] = {
    "minilm-fill-mask": lambda model, hidden: model.cls.predictions.decoder(model.cls.predictions.transform(hidden)),
    "mini-roberta": lambda model, hidden: model.lm_head(hidden),
    "mini-deberta": lambda model, hidden: model.lm_predictions(hidden, model.get_input_embeddings()),
    "mini-distilbert": lambda model, hidden: model.vocab_projector(
        model.vocab_layer_norm(model.activation(model.vocab_transform(hidden)))
    ),
}


def ask(engine: LocalEngine, checkpoint: str, *requests: LogitLensRequest) -> list[LogitLensResult]:
    results = engine.run("logit-lens", checkpoint, requests)
    assert all(isinstance(result, LogitLensResult) for result in results)
    return results  # type: ignore[return-value]


def by_hand(model: Any, tokenizer: Any, checkpoint: str, text: str) -> tuple[torch.Tensor, list[int]]:
    """Probabilities on every layer, (layers + 1, tokens, vocabulary), and where the masks stand."""
    inputs = tokenizer(text.replace("___", tokenizer.mask_token), return_tensors="pt")
    with torch.inference_mode():
        states = list(model.base_model(**inputs, output_hidden_states=True).hidden_states)
        if checkpoint == "mini-deberta":  # predicts from its own decoder, which stands above the last layer but one
            states[-1] = model.decode(inputs["input_ids"], inputs["attention_mask"])
        logits = torch.cat([HEADS[checkpoint](model, hidden) for hidden in states])
    return logits.softmax(-1), (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero().flatten().tolist()


@pytest.mark.parametrize("checkpoint", HEADS)
def test_every_layer_is_the_whole_head_on_its_states(
    float32_engine: LocalEngine, reference: Reference, checkpoint: str
) -> None:
    model, tokenizer = reference(float32_engine.catalog[checkpoint])
    results = ask(float32_engine, checkpoint, *(LogitLensRequest(text) for text in TEXTS))
    for text, result in zip(TEXTS, results, strict=True):
        wanted, masks = by_hand(model, tokenizer, checkpoint, text)
        best = wanted.max(-1)
        np.testing.assert_allclose(result.scores, best.values, atol=1e-4)
        assert len(result.gaps) == len(masks)
        assert len(result.labels) == len(result.offsets) == wanted.shape[1]
        assert result.decoder == (checkpoint == "mini-deberta")
        for gap, position in zip(result.gaps, masks, strict=True):
            (word,) = gap.followed
            assert word.text == gap.layers[-1][0].text
            token_id = gap.layers[-1][0].token_id
            np.testing.assert_allclose(word.scores, wanted[:, position, token_id], atol=1e-4)
            near = wanted[:, position, token_id, None]  # (layers + 1, 1)
            lowest = (wanted[:, position] > near + 1e-6).sum(-1) + 1
            highest = (wanted[:, position] > near - 1e-6).sum(-1)
            assert all(low <= rank for low, rank in zip(lowest, word.ranks, strict=True))
            assert all(rank <= high for rank, high in zip(word.ranks, highest, strict=True))
            for fills, all_of_them in zip(gap.layers, wanted[:, position], strict=True):
                expected = [all_of_them[fill.token_id] for fill in fills]
                np.testing.assert_allclose([fill.score for fill in fills], expected, atol=1e-4)


@pytest.mark.parametrize("checkpoint", [*HEADS, "mini-bert", "mini-electra-generator", "tiny_masked_lm"])
def test_the_last_layer_is_what_fill_mask_says(
    float32_engine: LocalEngine, tiny_engine: LocalEngine, checkpoint: str
) -> None:
    engine = tiny_engine if checkpoint.startswith("tiny") else float32_engine
    long = f"{'The river runs. ' * 150} ___ came, then ___."
    for text in [*(text for text in TEXTS if "___" in text), long]:
        (filled,) = engine.run("fill-mask", checkpoint, [FillMaskRequest(text, 7)])
        (lens,) = ask(engine, checkpoint, LogitLensRequest(text, top_k=7))
        assert [(gap.start, gap.end) for gap in lens.gaps] == [(mask.start, mask.end) for mask in filled.masks]
        assert lens.provenance.unread == filled.provenance.unread
        for gap, mask in zip(lens.gaps, filled.masks, strict=True):
            assert [fill.token_id for fill in gap.layers[-1]] == [fill.token_id for fill in mask.fills]
            np.testing.assert_allclose([f.score for f in gap.layers[-1]], [f.score for f in mask.fills], atol=1e-4)


def test_gaps_far_behind_the_first_are_left_out_and_told(float32_engine: LocalEngine) -> None:
    text = f"A ___. {'The river runs. ' * 150}Then ___."
    (result,) = ask(float32_engine, "minilm-fill-mask", LogitLensRequest(text))
    assert [(gap.start, gap.end) for gap in result.gaps] == [(2, 5)]
    assert result.provenance.unread
    assert [text[start:end] for start, end in result.offsets if end > start][:2] == ["A", "___"]


def test_chosen_words_are_followed_each_in_its_gap(float32_engine: LocalEngine) -> None:
    request = LogitLensRequest("The capital of France is ___. It is ___.", ("Paris", "contrabassoon", "london"))
    (result,) = ask(float32_engine, "minilm-fill-mask", request)
    for gap in result.gaps:
        paris, none, london = gap.followed
        assert (none.text, none.ranks, none.scores, none.first, none.stays) == ("contrabassoon", (), (), None, None)
        assert len(paris.ranks) == len(london.scores) == result.depth + 1 == 7
    paris = result.gaps[0].followed[0]
    assert paris.ranks[-1] <= 5 < paris.ranks[0]
    row = format(result)["layers"][-1]["masks"][0]
    assert row["rank"] == paris.ranks[-1]
    assert row["words"][1] == {"text": "contrabassoon", "rank": None, "probability": None}


def test_where_a_word_comes_first() -> None:
    word = FollowedWord("a", (9, 1, 3, 1, 1), (0.1,) * 5)
    assert (word.first, word.stays) == (1, 3)
    assert FollowedWord("a", (1, 1), (1, 1)).stays == 0
    assert FollowedWord("a", (1, 2), (1, 1)).stays is None
    assert FollowedWord("a", (2, 2), (1, 1)).first is None


def test_rows_and_summary_say_the_same(float32_engine: LocalEngine) -> None:
    gap, none = ask(float32_engine, "minilm-fill-mask", LogitLensRequest(TEXTS[0], top_k=2), LogitLensRequest(TEXTS[2]))
    assert len(rows(gap)) == 2 * 7
    assert rows(gap)[-2]["text"] == gap.gaps[0].layers[-1][0].text
    assert summary(gap)["first_from_layer"] == str(gap.gaps[0].followed[0].stays)
    assert {row["text"] for row in rows(none) if row["layer"] == 6} >= {"it", "rained"}
    assert summary(none)["word"] == ""


def test_a_sentence_tells_from_which_layer(float32_engine: LocalEngine) -> None:
    france, spain, none = ask(
        float32_engine,
        "minilm-fill-mask",
        LogitLensRequest(TEXTS[0], ("paris",)),
        LogitLensRequest("The capital of Spain is ___.", ("paris",)),
        LogitLensRequest(TEXTS[2]),
    )
    assert "“paris”" in agreement([france, france]).sentence
    assert change(france, spain).sentence.startswith("A says “paris”")
    assert {one.name for one in differences(france, spain)} == {f"paris, layer {n}" for n in range(7)}
    assert "no gap" in agreement([none, none]).sentence
    assert "gap" in change(france, none).sentence
    assert differences(france, none) == ()


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (LogitLensRequest("A ___.", top_k=0), "top_k is 0"),
        (LogitLensRequest("A ___.", ("",)), "word is empty"),
        (LogitLensRequest("A ___.", ("a",) * 11), "number of words is 11"),
    ],
)
def test_bad_requests_are_refused(float32_engine: LocalEngine, request_: LogitLensRequest, message: str) -> None:
    with pytest.raises(InputError, match=f"(?i){message}"):
        ask(float32_engine, "minilm-fill-mask", request_)


@pytest.mark.parametrize("checkpoint", ["minilm", "mini-electra"])
def test_without_a_head_for_words_there_is_no_lens(float32_engine: LocalEngine, checkpoint: str) -> None:
    with pytest.raises(TaskNotSupportedError):
        ask(float32_engine, checkpoint, LogitLensRequest("A ___."))


@pytest.mark.parametrize("word", ["🍕", "[UNK]", "[CLS]"])
def test_a_word_that_the_vocabulary_lacks_has_no_rank(float32_engine: LocalEngine, word: str) -> None:
    request = LogitLensRequest("The capital of France is ___.", words=(word, "paris"))
    (result,) = float32_engine.run("logit-lens", "minilm-fill-mask", [request])
    unknown, known = result.gaps[0].followed
    assert not unknown.ranks
    assert known.ranks[-1] == 1


def test_a_text_read_in_parts_says_the_same(float32_engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "The ___ of the book was born in ___ and lived there."
    (whole,) = ask(float32_engine, "mini-bert", LogitLensRequest(text, ("author", "London")))
    monkeypatch.setattr("core.tasks.logit_lens.run.POSITIONS_AT_ONCE", 4)
    (parts,) = ask(float32_engine, "mini-bert", LogitLensRequest(text, ("author", "London")))
    assert [gap.followed[0].ranks for gap in parts.gaps] == [gap.followed[0].ranks for gap in whole.gaps]
    assert [fill.text for fill in parts.gaps[1].layers[-1]] == [fill.text for fill in whole.gaps[1].layers[-1]]
    assert parts.best == whole.best
    np.testing.assert_allclose(parts.scores, whole.scores, atol=1e-5)
