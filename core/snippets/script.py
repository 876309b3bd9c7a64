"""What every snippet shares: its imports and the lines that load a checkpoint. Text only; nothing is loaded here."""

from collections.abc import Iterable
from string import Template

from core.checkpoints.catalog import Checkpoint, Head, load_catalog
from core.text.phrases import shorten

AUTO_CLASSES: dict[Head, str] = {
    "encoder": "AutoModel",
    "masked-lm": "AutoModelForMaskedLM",
    "token-classification": "AutoModelForTokenClassification",
    "question-answering": "AutoModelForQuestionAnswering",
    "sequence-classification": "AutoModelForSequenceClassification",
    "replaced-token-detection": "AutoModelForPreTraining",
}
LONGEST_TITLE = 80  # characters
SPECIALS = 2  # tokens that every family here puts around a text: one before it, one behind

IMPORTS = Template("""\
# The answer of $title without the code of the playground$but.$folder$digits
$standard

$libraries

encoder = $encoder
""")

BUT_ITS_DECODER = ", but for its decoder, which no library has"
BUT_ITS_SENTENCES = ", but for the sentences that it reads"
IN_FOLDER = " Run it in the folder of the playground."
DIGITS = "\n# It computes in float32: where the playground takes bfloat16, last digits may differ."

LOAD_TOKENIZER = Template("""\
tokenizer = AutoTokenizer.from_pretrained(encoder$revision)
""")

LOAD_PLAIN = Template("""\
tokenizer = AutoTokenizer.from_pretrained(encoder$revision)
model = $auto_class.from_pretrained(encoder$revision$options, dtype="float32")
torch.set_grad_enabled(False)
""")

OPTIONS = {  # model type -> what it is built with here, other than by default
    "deberta": ", legacy=False",
    "deberta-v2": ", legacy=False",
    "big_bird": ', attention_type="original_full"',
}

OWN_CLASS = "\nfrom core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM"

JOIN_BLOCKS = Template("""\
blocks = {}
for file in sorted(Path(encoder).glob("model-*.safetensors")):
    blocks |= load_file(file)
weights = {}
for name, rows in sorted(blocks.items()):  # the word vectors lie in several files, which transformers does not join
    name = name.partition(".rows.")[0]$renamed
    weights[name] = torch.cat([weights[name], rows]) if name in weights else rows
model.load_state_dict(weights, strict=False)$tied
""")

LOAD_BLOCKS = Template("""\
tokenizer = AutoTokenizer.from_pretrained(encoder)
model = $auto_class.from_config(AutoConfig.from_pretrained(encoder), dtype=torch.float32)
${join}model.eval()
torch.set_grad_enabled(False)
""")

WHOLE_BASE = Template("""\
model = $auto_class.from_pretrained(encoder, config=config, dtype="float32")
""")

BASE_IN_BLOCKS = Template("""\
model = $auto_class.from_config(config, dtype=torch.float32)
$join""")

LOAD_ADAPTER = Template("""\
adapter = "assets/models/$location"
logging.set_verbosity_error()  # the head that would be reported missing comes with the adapter
tokenizer = AutoTokenizer.from_pretrained(encoder)
config = AutoConfig.from_pretrained(adapter)
${base}model = PeftModel.from_pretrained(model, adapter)
torch.set_grad_enabled(False)
""")


def script(
    checkpoint: Checkpoint,
    body: str,
    *,
    standard: Iterable[str] = (),
    libraries: Iterable[str] = (),
    names: Iterable[str] = (),
    auto_class: str = "",
    own: str = "",
) -> str:
    """A whole file: imports, the lines that give `tokenizer` and `model`, `body`.

    `standard` are further modules of Python, `libraries` further lines that import, `names` further names from
    transformers. `model` is of the class for the head of the checkpoint, or of `auto_class`. `own` is a line that
    imports sentences of the playground.
    """
    auto_class, own_class = auto_class or AUTO_CLASSES[checkpoint.head], []
    if checkpoint.enhanced_mask_decoder:
        auto_class, own_class = "DebertaV2ForEnhancedMaskedLM", [OWN_CLASS]
    if checkpoint.base:
        needed, load = {"AutoConfig", "AutoTokenizer", "logging", auto_class}, LOAD_ADAPTER
    elif checkpoint.in_blocks:
        needed, load = {"AutoConfig", "AutoTokenizer", auto_class}, LOAD_BLOCKS
    else:
        needed, load = {"AutoTokenizer", *([] if own_class else [auto_class])}, LOAD_PLAIN
    from_transformers = f"from transformers import {', '.join(sorted({*needed, *names}))}"
    peft = ["from peft import PeftModel"] if checkpoint.base else []
    files = ["from pathlib import Path", "", "import torch", "from safetensors.torch import load_file"]
    below = load_catalog()[checkpoint.base] if checkpoint.base else checkpoint
    first = files if below.in_blocks else ["import torch"]
    sentences = ["", own] if own else []
    imported = [*first, *peft, from_transformers, *libraries, *own_class, *sentences]
    start = imports(checkpoint, standard, imported, own=bool(own))
    same = below.model_type == checkpoint.model_type
    join = JOIN_BLOCKS.substitute(
        renamed="" if same else f'.replace("{below.model_type}.", "{checkpoint.model_type}.")',
        tied="  # the decoder is the word vectors once more" if same else "",
    )
    base = (BASE_IN_BLOCKS if below.in_blocks else WHOLE_BASE).substitute(auto_class=auto_class, join=join)
    lines = load.substitute(
        location=checkpoint.location,
        auto_class=auto_class,
        revision=pinned(checkpoint),
        options=OPTIONS.get(checkpoint.model_type, ""),
        join=join,
        base=base,
    )
    return start + lines + gap(body) + body


def tokenizer_script(checkpoint: Checkpoint, body: str, *, standard: Iterable[str] = ()) -> str:
    """A whole file that needs no model: imports, the line that gives `tokenizer`, `body`."""
    start = imports(checkpoint, standard, ["from transformers import AutoTokenizer"], digits="")
    return start + LOAD_TOKENIZER.substitute(revision=pinned(checkpoint)) + gap(body) + body


def gap(body: str) -> str:
    """The empty lines before `body`."""
    return "\n\n" if body.startswith("def ") else "\n"


def pinned(checkpoint: Checkpoint) -> str:
    """The argument that names the revision of a checkpoint of the Hub."""
    return f', revision="{checkpoint.revision}"' if checkpoint.source == "hub" else ""


def imports(
    checkpoint: Checkpoint,
    standard: Iterable[str],
    libraries: Iterable[str],
    *,
    digits: str = DIGITS,
    own: bool = False,
) -> str:
    """The first lines of a file: imports, and where the encoder lies; `digits` is the word on its numbers. With `own`
    it reads sentences of the playground."""
    below = load_catalog()[checkpoint.base] if checkpoint.base else checkpoint
    packaged = below.source == "package"
    modules = "\n".join(f"import {name}" for name in sorted({"json", *standard}))
    return IMPORTS.substitute(
        title=shorten(checkpoint.id, LONGEST_TITLE),
        but=BUT_ITS_DECODER if checkpoint.enhanced_mask_decoder else BUT_ITS_SENTENCES if own else "",
        folder=IN_FOLDER if own or "bundled" in (checkpoint.source, below.source) else "",
        digits=digits,
        standard=modules + ("\nfrom importlib.resources import files" if packaged else ""),
        libraries="\n".join(libraries),
        encoder=f'files("{below.location}") / "model"' if packaged else repr(place(below)),
    )


def place(checkpoint: Checkpoint) -> str:
    """Where a checkpoint that is no package is loaded from; of an upload only its owner knows."""
    if checkpoint.source == "bundled":
        return f"assets/models/{checkpoint.location}"
    return checkpoint.id if checkpoint.source == "hub" else f"path/to/{checkpoint.name}"


def room(checkpoint: Checkpoint) -> int:
    """The pieces of one text that fit beside the special tokens."""
    return checkpoint.context_length - SPECIALS


def fits(checkpoint: Checkpoint, text: str) -> bool:
    """Whether `text` surely goes through the checkpoint in one: no tokenizer makes more pieces than bytes of UTF-8."""
    return len(text.encode()) <= room(checkpoint)
