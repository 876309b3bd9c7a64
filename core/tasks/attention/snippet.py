"""attention outside the playground: all weights are computed, the heaviest link of each head is printed."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import script
from core.tasks.attention.schema import AttentionRequest

BODY = Template("""\
model.set_attn_implementation("eager")  # the one that gives its weights
texts = $texts
inputs = tokenizer(*texts, truncation=True, max_length=$length, return_tensors="pt")
tokens = tokenizer.convert_ids_to_tokens(inputs["input_ids"][0])
weights = torch.cat(model(**inputs, output_attentions=True).attentions)  # (layers, heads, query, key)

heaviest = {}
for layer, heads in enumerate(weights, 1):
    for head, links in enumerate(heads, 1):
        query, key = divmod(links.argmax().item(), len(tokens))
        link = f"{tokens[query]} ({query}) → {tokens[key]} ({key}): {links[query, key]:.4f}"
        heaviest[f"layer {layer}, head {head}"] = link
result = {"tokens": tokens, "shape": list(weights.shape), "heaviest": heaviest}
print(json.dumps(result, ensure_ascii=False, indent=1))
""")


def snippet(checkpoint: Checkpoint, request: AttentionRequest) -> str:
    """The code for one request."""
    texts = [request.text, request.text_pair] if request.text_pair else [request.text]
    return script(checkpoint, BODY.substitute(texts=repr(texts), length=checkpoint.context_length))
