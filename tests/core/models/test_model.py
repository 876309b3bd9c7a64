import torch

from core.runtime.local import LocalEngine


def test_labels_stand_in_the_order_of_the_logits(tiny_engine: LocalEngine) -> None:
    with tiny_engine.lease("tiny_token_classification") as loaded:
        assert loaded.labels == ("O", "B-PER", "I-PER", "B-ORG", "I-ORG")


def test_the_encoder_alone_has_no_head(tiny_engine: LocalEngine) -> None:
    with tiny_engine.lease("tiny_question_answering") as loaded:
        assert loaded.encoder is loaded.model.bert
        assert "qa_outputs" not in dict(loaded.encoder.named_modules())


def test_a_part_of_the_positions_gets_the_logits_of_the_whole(tiny_engine: LocalEngine) -> None:
    ids = torch.arange(1_000, 1_012).view(2, 6)
    with tiny_engine.lease("tiny_masked_lm") as loaded, torch.inference_mode():
        whole = loaded.model(ids).logits
        hidden = loaded.encoder(ids).last_hidden_state
        torch.testing.assert_close(loaded.predict_tokens(hidden[1, 2:4]), whole[1, 2:4])


def test_storages_count_tied_weights_once(tiny_engine: LocalEngine) -> None:
    with tiny_engine.lease("tiny_masked_lm") as loaded:
        names = [name for name, _ in loaded.model.named_parameters(remove_duplicate=False)]
        assert {"bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"} <= set(names)
        numbers = sum(p.numel() for p in loaded.model.parameters())
        buffers = sum(b.untyped_storage().nbytes() for b in loaded.model.buffers())
        assert sum(loaded.storages().values()) == numbers * 4 + buffers
