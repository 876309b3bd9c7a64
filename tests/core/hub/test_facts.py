"""What the catalogue of the Hub says of its models."""

from transformers import initialization

from core.checkpoints.known import known_checkpoints
from core.hub.facts import read_facts


def test_shared_weights_count_once_even_while_a_model_is_loading() -> None:
    known = known_checkpoints()["google-bert/bert-base-uncased"]
    with initialization.no_tie_weights():  # what a thread that loads a model does to all
        assert read_facts.__wrapped__(known).parameters == 109_514_298
    assert read_facts.__wrapped__(known).parameters == 109_514_298
