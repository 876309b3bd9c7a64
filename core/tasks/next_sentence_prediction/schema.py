"""What next-sentence-prediction is asked; its answer is a result of text-classification with these two classes."""

from dataclasses import dataclass

FOLLOWS, ELSEWHERE = LABELS = ("B follows A", "B is from elsewhere")  # in the order of BERT's logits


@dataclass(frozen=True)
class NextSentencePredictionRequest:
    """The probability that `text_b` follows `text_a` in the same document."""

    text_a: str
    text_b: str
