"""`python -m core inspect counterfactuals`."""

from tests.core.commands.calling import Command

CALL = ("inspect", "counterfactuals", "--task", "text-classification", "--checkpoint", "tiny_sequence_classification")


def test_swaps_and_the_shortest_text(command: Command) -> None:
    (row,) = command(*CALL, "--text", "a cat sat on the mat").rows
    assert row["proposer"] == "tiny_masked_lm"
    assert row["tried"] > 0
    assert row["reduced"]["left"] <= row["reduced"]["words"] == 6
    for one in row["counterfactuals"]:
        assert one["becomes"] != row["target"]
        assert one["swaps"][0].keys() == {"field", "start", "end", "word", "to", "probability"}


def test_a_cosine_and_a_proposer_without_words_are_refused(command: Command) -> None:
    outcome = command(*CALL, "--text", "a cat", "--proposer", "tiny_encoder")
    assert (outcome.code, outcome.lines) == (2, [])
    cosine = ("inspect", "counterfactuals", "--task", "sentence-similarity", "--text", "a", "--text-pair", "b")
    assert "is a number" in command(*cosine).errors
