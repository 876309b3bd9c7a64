"""Parts of all steps: those of one layer and one head."""

from dataclasses import replace

from core.tasks.forward_pass.schema import ForwardPassRequest, ForwardPassResult, PassStep
from core.tasks.spec import check_place


def whole(request: ForwardPassRequest) -> ForwardPassRequest:
    """The request of all layers and heads, of which this one asks for a part."""
    return replace(request, layer=0, head=0)


def select(result: ForwardPassResult, request: ForwardPassRequest) -> ForwardPassResult:
    """What a request asks for of the result with all steps; InputError for a layer or a head that there is not."""
    if request == whole(request):
        return result
    layers, heads = result.network
    check_place(request.layer, "layer", layers)
    check_place(request.head, "head", heads)
    wanted = (0, request.layer, layers + 1)
    steps = tuple(of_head(step, request.head) for step in result.steps if step.layer in wanted)
    return replace(result, layer=request.layer, head=request.head, steps=steps)


def of_head(step: PassStep, head: int) -> PassStep:
    """The step of one head, counted from 1; a step that is no head's as it is."""
    if not step.of_head:
        return step
    values = step.values[head - 1].copy()  # a view would keep all heads in memory
    values.setflags(write=False)
    return replace(step, values=values)
