"""zero-shot-classification outside the playground."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import script
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest

BODY = Template("""\
text = $text
candidate_labels = $labels
hypotheses = [$template.replace("{}", label) for label in candidate_labels]
pairs = [[text, hypothesis] for hypothesis in hypotheses]
inputs = tokenizer(pairs, padding=True, truncation=True, max_length=$length, return_tensors="pt")
logits = model(**inputs).logits  # (candidate labels, classes)

names = [model.config.id2label[n].lower() for n in range(logits.shape[1])]
entailment = next(n for n, name in enumerate(names) if name.startswith("entail"))
$scores
labels = [{"label": label, "score": score} for label, score in zip(candidate_labels, scores)]
labels.sort(key=lambda label: -label["score"])
print(json.dumps({"labels": labels}, ensure_ascii=False, indent=1))
""")

SHARES = "scores = logits[:, entailment].softmax(0).tolist()"
EACH_ON_ITS_OWN = """\
contradiction = next(n for n, name in enumerate(names) if name.startswith("contra"))
scores = logits[:, [contradiction, entailment]].softmax(-1)[:, 1].tolist()"""


def snippet(checkpoint: Checkpoint, request: ZeroShotClassificationRequest) -> str:
    """The code for one request."""
    body = BODY.substitute(
        text=repr(request.text),
        labels=repr(list(request.candidate_labels)),
        template=repr(request.hypothesis_template),
        length=checkpoint.context_length,
        scores=EACH_ON_ITS_OWN if request.multi_label else SHARES,
    )
    return script(checkpoint, body)
