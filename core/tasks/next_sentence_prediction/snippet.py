"""next-sentence-prediction outside the playground."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import script
from core.tasks.next_sentence_prediction.schema import LABELS, NextSentencePredictionRequest

BODY = Template("""\
inputs = tokenizer($text_a, $text_b, truncation=True, max_length=$length, return_tensors="pt")
scores = model(**inputs).logits[0].softmax(-1).tolist()  # first that the second text follows, then that it does not

labels = [{"label": label, "score": score} for label, score in zip($labels, scores)]
labels.sort(key=lambda label: -label["score"])
print(json.dumps({"labels": labels}, ensure_ascii=False, indent=1))
""")


def snippet(checkpoint: Checkpoint, request: NextSentencePredictionRequest) -> str:
    """The code for one request."""
    texts = {"text_a": repr(request.text_a), "text_b": repr(request.text_b)}
    body = BODY.substitute(texts, labels=LABELS, length=checkpoint.context_length)
    return script(checkpoint, body, auto_class="AutoModelForNextSentencePrediction")
