"""attribution outside the playground: a loop over the steps that anyone can follow."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import script
from core.tasks.ablation.schema import AblationRequest
from core.tasks.attribution.schema import AttributionRequest
from core.text.spans import PLACEHOLDER

BODY = Template("""\
$read
torch.set_grad_enabled(True)
table = model.get_input_embeddings()
way = {"along": None}


def on_the_way(module, arguments, words):  # positions and segments are added behind this, and stay as they are
    return words if way["along"] is None else way["along"]


table.register_forward_hook(on_the_way)


def logit(embeddings):
    way["along"] = embeddings
$logit
    way["along"] = None
    return found


special = torch.tensor([[segment is None for segment in inputs.sequence_ids(0)]])
end = table(inputs["input_ids"]).detach()
$method
tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
scores = [[token, score] for token, score, skip in zip(tokens, scores.tolist(), special[0].tolist()) if not skip]
print(json.dumps({"value": value, "baseline_value": baseline_value, "tokens": scores}, ensure_ascii=False, indent=1))
""")
INTEGRATED = Template("""\
filler = torch.full_like(inputs["input_ids"], tokenizer.$filler)
start = table(torch.where(special, inputs["input_ids"], filler)).detach()
points, weights = numpy.polynomial.legendre.leggauss($steps)
scores = 0
for point, weight in zip((points + 1) / 2, weights / 2):
    here = (start + float(point) * (end - start)).requires_grad_()
    (gradient,) = torch.autograd.grad(logit(here), here)
    scores = scores + float(weight) * (gradient * (end - start)).sum(-1)[0]
value, baseline_value = logit(end).item(), logit(start).item()""")
TIMES_INPUT = """\
end.requires_grad_()
value = logit(end)
(gradient,) = torch.autograd.grad(value, end)
scores, value, baseline_value = (gradient * end).sum(-1)[0].detach(), value.item(), None"""
TOKENS = Template('inputs = tokenizer($texts, truncation=True, max_length=$length, return_tensors="pt"$more)')
VECTOR = "model.forward(**inputs, output_hidden_states=True).hidden_states[-1].mean(1)[0]"
COSINE = Template("""\
$other
other = $vector.detach()
$tokens""")


def snippet(checkpoint: Checkpoint, request: AttributionRequest) -> str:
    """The code for one request; scores are those of the single tokens, which the playground adds up to words."""
    read, logit = lines_of(checkpoint, request)
    filler = "pad_token_id" if request.baseline == "pad" else "mask_token_id"
    integrated = request.method == "integrated-gradients"
    body = BODY.substitute(
        read=read,
        logit=logit,
        method=INTEGRATED.substitute(filler=filler, steps=request.steps) if integrated else TIMES_INPUT,
    )
    standard = ["re"] if request.target.task == "fill-mask" else []
    return script(checkpoint, body, standard=standard, libraries=["import numpy"] if integrated else [])


def lines_of(checkpoint: Checkpoint, request: AttributionRequest | AblationRequest) -> tuple[str, str]:
    """The lines that read the texts, and those that give the logit of the target, `found`, inside a function."""
    return (cosine if request.target.task == "sentence-similarity" else of_task)(checkpoint, request)


def cosine(checkpoint: Checkpoint, request: AttributionRequest | AblationRequest) -> tuple[str, str]:
    """The lines that read two texts, and those that compare them."""
    tokens, other = (
        TOKENS.substitute(texts=repr(text), length=checkpoint.context_length, more="")
        for text in (request.text, request.text_pair or request.text)
    )
    read = COSINE.substitute(tokens=tokens, other=other, vector=VECTOR)
    return read, f"    found = torch.cosine_similarity({VECTOR}, other, 0)"


def of_task(checkpoint: Checkpoint, request: AttributionRequest | AblationRequest) -> tuple[str, str]:
    """The lines that read the text for a head, and those that read the logit of the target."""
    target, text = request.target, repr(request.text)
    pair = target.task in ("text-classification", "question-answering")
    texts = f"{text}, {request.text_pair!r}" if request.text_pair and pair else text
    inputs = TOKENS.substitute(texts=texts, length=checkpoint.context_length, more="")
    start, end = target.start, target.end
    inside = "[n for n, (a, b) in enumerate(offsets) if a < {1} and b > {0} and segments[n] == {2}]"
    with_offsets = (
        TOKENS.substitute(texts=texts, length=checkpoint.context_length, more=", return_offsets_mapping=True")
        + '\nsegments, offsets = inputs.sequence_ids(0), inputs.pop("offset_mapping")[0].tolist()'
    )
    match target.task:
        case "text-classification":
            return inputs, f"    found = model.forward(**inputs).logits[0, model.config.label2id[{target.name!r}]]"
        case "question-answering" if start == end:
            return (
                inputs,
                "    output = model.forward(**inputs)\n    found = output.start_logits[0, 0] + output.end_logits[0, 0]",
            )
        case "question-answering":
            places = f"\nplaces = {inside.format(start, end, 1)}"
            logit = "    found = output.start_logits[0, places[0]] + output.end_logits[0, places[-1]]"
            return with_offsets + places, f"    output = model.forward(**inputs)\n{logit}"
        case "token-classification":
            places = (
                f"\nplaces = {inside.format(start, end, 0)}\n"
                f"numbers = [model.config.label2id.get(start + {target.name!r}) for start in ('B-', 'I-', '')]\n"
                "first = next(number for number in numbers if number is not None)\n"
                "more = first if numbers[1] is None else numbers[1]"
            )
            logits = "torch.stack([model_logits[at, more if n else first] for n, at in enumerate(places)]).mean()"
            return with_offsets + places, f"    model_logits = model.forward(**inputs).logits[0]\n    found = {logits}"
        case "fill-mask":
            gaps = len(list(PLACEHOLDER.finditer(request.text[:start])))
            text = f"text = {text}\n"
            read = TOKENS.substitute(
                texts=f're.sub(r"{PLACEHOLDER.pattern}", tokenizer.mask_token, text)',
                length=checkpoint.context_length,
                more="",
            )
            gap = f'\ngap = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[{gaps}, 0]'
            return text + read + gap, f"    found = model.forward(**inputs).logits[0, gap, {target.piece}]"
        case _:
            places = f"\nplaces = {inside.format(start, end, 0)}"
            return with_offsets + places, "    found = model.forward(**inputs).logits[0, places].mean()"
