"""What every snippet shares: its imports and the lines that load a checkpoint. Text only; nothing is loaded here."""

from collections.abc import Iterable
from string import Template

from core.catalog import Checkpoint, Head, load_catalog

AUTO_CLASSES: dict[Head, str] = {
    "encoder": "AutoModel",
    "masked-lm": "AutoModelForMaskedLM",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "sequence-classification": "AutoModelForSequenceClassification",
}
SPECIALS = 2  # tokens that every family here puts around a text: one before it, one behind

IMPORTS = Template("""\
# The answer of $title without the code of the playground. Run it in the folder of the playground.
# It computes in float32: where the playground takes bfloat16, last digits may differ.
$standard
from importlib.resources import files

$libraries

encoder = files("$package") / "model"
""")

LOAD_PACKAGE = Template("""\
tokenizer = AutoTokenizer.from_pretrained(encoder)
model = $auto_class.from_pretrained(encoder, dtype="float32")
torch.set_grad_enabled(False)
""")

LOAD_ADAPTER = Template("""\
adapter = "assets/models/$location"
logging.set_verbosity_error()  # the head that would be reported missing comes with the adapter
tokenizer = AutoTokenizer.from_pretrained(encoder)
config = AutoConfig.from_pretrained(adapter)
model = $auto_class.from_pretrained(encoder, config=config, dtype="float32")
model = PeftModel.from_pretrained(model, adapter)
torch.set_grad_enabled(False)
""")


def script(
    checkpoint: Checkpoint,
    body: str,
    *,
    standard: Iterable[str] = (),
    libraries: Iterable[str] = (),
    names: Iterable[str] = (),
) -> str:
    """A whole file: imports, the lines that give `tokenizer` and `model`, `body`.

    `standard` are further modules of Python, `libraries` further lines that import, `names` further names from
    transformers.
    """
    auto_class = AUTO_CLASSES[checkpoint.head]
    if checkpoint.source == "package":
        needed, load = {"AutoTokenizer", auto_class}, LOAD_PACKAGE
    else:
        needed, load = {"AutoConfig", "AutoTokenizer", "logging", auto_class}, LOAD_ADAPTER
    from_transformers = f"from transformers import {', '.join(sorted({*needed, *names}))}"
    peft = ["from peft import PeftModel"] if checkpoint.source == "bundled" else []
    start = imports(checkpoint, standard, ["import torch", *peft, from_transformers, *libraries])
    lines = load.substitute(location=checkpoint.location, auto_class=auto_class)
    return start + lines + ("\n\n" if body.startswith("def ") else "\n") + body


def imports(checkpoint: Checkpoint, standard: Iterable[str], libraries: Iterable[str]) -> str:
    """The first lines of a file: imports, and where the encoder lies."""
    return IMPORTS.substitute(
        title=checkpoint.id,
        standard="\n".join(f"import {name}" for name in sorted({"json", *standard})),
        libraries="\n".join(libraries),
        package=load_catalog()[checkpoint.base].location if checkpoint.base else checkpoint.location,
    )


def room(checkpoint: Checkpoint) -> int:
    """The pieces of one text that fit beside the special tokens."""
    return checkpoint.context_length - SPECIALS


def fits(checkpoint: Checkpoint, text: str) -> bool:
    """Whether `text` surely goes through the checkpoint in one: no tokenizer makes more pieces than bytes of UTF-8."""
    return len(text.encode()) <= room(checkpoint)
