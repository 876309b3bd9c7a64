"""text-classification outside the playground."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import script
from core.tasks.text_classification.schema import TextClassificationRequest

BODY = Template("""\
texts = $texts
inputs = tokenizer(*texts, truncation=True, max_length=$length, return_tensors="pt")
scores = model(**inputs).logits[0].softmax(-1).tolist()

labels = [{"label": model.config.id2label[n], "score": score} for n, score in enumerate(scores)]
labels.sort(key=lambda label: -label["score"])
print(json.dumps({"labels": labels}, ensure_ascii=False, indent=1))
""")


def snippet(checkpoint: Checkpoint, request: TextClassificationRequest) -> str:
    """The code for one request."""
    texts = [request.text, request.text_pair] if request.text_pair else [request.text]
    return script(checkpoint, BODY.substitute(texts=repr(texts), length=checkpoint.context_length))
