"""ablation outside the playground: hooks that take parts away, one pass for each network."""

from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import script
from core.snippets.silenced import MODULES, without_parts
from core.tasks.ablation.schema import AblationRequest
from core.tasks.attribution.snippet import lines_of

BODY = Template("""\
$read
$without

def logit(*parts):
    with without(*parts):
        return logit_now().item()


def logit_now():
$logit
    return found


before = logit()
after = logit($heads, $layers, $feed_forwards)
numbers = range(1, len(blocks) + 1)
importance = $importance
print(json.dumps({"logit_before": before, "logit_after": after, "logit_importance": importance}))
""")
IMPORTANCE = {
    None: "[]",
    "heads": "[[before - logit([(layer, head)]) for head in range(1, count + 1)] for layer in numbers]",
    "layers": "[[before - logit((), [layer])] for layer in numbers]",
    "feed-forwards": "[[before - logit((), (), [layer])] for layer in numbers]",
}


def snippet(checkpoint: Checkpoint, request: AblationRequest) -> str:
    """The code for one request."""
    read, logit = lines_of(checkpoint, request)
    body = BODY.substitute(
        read=read,
        logit=logit,
        without=without_parts(checkpoint),
        heads=repr(list(request.heads)),
        layers=repr(list(request.layers)),
        feed_forwards=repr(list(request.feed_forwards)),
        importance=IMPORTANCE[request.each],
    )
    return script(checkpoint, body, standard=[*MODULES, *(["re"] if request.target.task == "fill-mask" else [])])
