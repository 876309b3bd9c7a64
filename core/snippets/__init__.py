"""Any answer as code to copy: plain transformers and peft, nothing of this repository. Text only; no torch is loaded.

Here is what the tasks' own snippets share, and the code of what is no task's: many vectors, and tokenizers.
"""

from core.checkpoints.catalog import Checkpoint
from core.provenance import Request
from core.tasks import task_of


def snippet(checkpoint: Checkpoint, request: Request) -> str:
    """A whole Python file that prints the answer to `request` as JSON when run in the folder of the playground.

    The JSON has the form of the task's rows, but for attention: the heaviest link of each head, as all are too many.
    """
    return task_of(request).snippet(checkpoint, request)
