"""forward-pass outside the playground: what the chosen head and its layer make of the text, step by step."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.models.names import IN_ONE, PARTS
from core.snippets.script import script
from core.tasks.forward_pass.schema import MOST_TOKENS, ForwardPassRequest
from core.text.spans import PLACEHOLDER

BODY = Template("""\
model.set_attn_implementation("eager")  # the one that gives its weights
texts = [re.sub(r"$gap", tokenizer.mask_token, text) for text in $texts]
inputs = tokenizer(*texts, truncation=True, max_length=$length, return_tensors="pt")
network = next(module for module in model.modules() if hasattr(module, "embeddings"))  # without its head
layer = network.get_submodule("$stack.layer")[$layer]

given = {}
names = $names
for step, name in names.items():
    def remember(module, arguments, output, step=step):
        given.setdefault(step, output[0])

    layer.get_submodule(name).register_forward_hook(remember)
output = network(**inputs, output_attentions=True, output_hidden_states=True)
weights = output.attentions[$layer][0, $head]  # (query, key)
size = given["attention-output"].shape[-1] // output.attentions[$layer].shape[1]
${of_head}
steps = {"state": output.hidden_states[$layer][0], **given, "weights": weights, "weighted": weights @ given["value"]}
result = {
    "tokens": tokenizer.convert_ids_to_tokens(inputs["input_ids"][0]),
    "steps": {step: values.tolist() for step, values in steps.items()},
}
print(json.dumps(result, ensure_ascii=False))
""")

OF_HEAD = Template("""\
for step in ("query", "key", "value"):
    given[step] = given[step][:, $head * size : ($head + 1) * size]  # (tokens, size)
""")
OF_HEAD_IN_ONE = Template("""\
products = given.pop("products").unflatten(1, (-1, 3, size))[:, $head]  # of this head, (tokens, 3, size)
added = {"query": layer.attention.self.q_bias, "key": torch.zeros(size), "value": layer.attention.self.v_bias}
for n, (step, bias) in enumerate(added.items()):
    given[step] = products[:, n] + (bias if step == "key" else bias[$head * size : ($head + 1) * size])
""")


def snippet(checkpoint: Checkpoint, request: ForwardPassRequest) -> str:
    """The code for one layer and head; the first ones where a request asks for all."""
    layer = PARTS[checkpoint.model_type]
    query, key, value = layer.projections
    in_one, head = query == IN_ONE, max(request.head - 1, 0)
    names = {
        **({"products": IN_ONE} if in_one else {"query": query, "key": key, "value": value}),
        "attention-output": layer.attention_output,
        "attention-norm": layer.attention_norm,
        "output": layer.output,
        "output-norm": layer.output_norm,
    }
    body = BODY.substitute(
        texts=repr([request.text, request.text_pair] if request.text_pair else [request.text]),
        gap=PLACEHOLDER.pattern,
        length=min(MOST_TOKENS, checkpoint.context_length),
        stack=layer.stack,
        layer=max(request.layer - 1, 0),
        head=head,
        of_head=(OF_HEAD_IN_ONE if in_one else OF_HEAD).substitute(head=head),
        names=repr(names),
    )
    return script(checkpoint, body, standard=["re"])
