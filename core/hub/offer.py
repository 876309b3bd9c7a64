"""What a repository of the Hub offers, judged from its configuration and list of files before it is fetched."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.checkpoints.catalog import Head
from core.checkpoints.reading import largest, shown
from core.errors import ModelLoadError

NAMES = {  # model_type -> what people call it; the encoders this engine runs
    "bert": "BERT",
    "roberta": "RoBERTa",
    "deberta": "DeBERTa",
    "deberta-v2": "DeBERTa v2/v3",
    "distilbert": "DistilBERT",
    "electra": "ELECTRA",
    "albert": "ALBERT",
    "mobilebert": "MobileBERT",
    "squeezebert": "SqueezeBERT",
    "longformer": "Longformer",
    "big_bird": "BigBird",
    "modernbert": "ModernBERT",
    "xlm-roberta": "XLM-RoBERTa",
    "mpnet": "MPNet",
}
LINEAGE = {  # model_type -> the family under which it is shown, where that has another name
    "xlm-roberta": "roberta",
    "longformer": "roberta",
    "big_bird": "roberta",
    "deberta-v2": "deberta",
    "mobilebert": "bert",
    "squeezebert": "bert",
}
HEADS: dict[str, Head] = {
    "ForMaskedLM": "masked-lm",
    "ForEnhancedMaskedLM": "masked-lm",
    "ForPreTraining": "masked-lm",
    "ForTokenClassification": "token-classification",
    "ForQuestionAnswering": "question-answering",
    "ForSequenceClassification": "sequence-classification",
    "Model": "encoder",
}
SMALL_FILES = re.compile(
    r"(tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|added_tokens\.json|vocab\.(txt|json)"
    r"|merges\.txt|config\.json|README\.md|[\w.-]*\.model)"
)
TOKENIZER = re.compile(r"tokenizer\.json|vocab\.(txt|json)|[\w.-]*\.model")
ADAPTER = "adapter_config.json"  # what tells that the weights are no whole checkpoint
Weights = Literal["safetensors", "pytorch"]


@dataclass(frozen=True)
class HubFile:
    """A file of the repository; `sha256` is known for the large ones."""

    name: str
    size: int
    sha256: str = ""


@dataclass(frozen=True)
class Offer:
    """A checkpoint that could be fetched: `files` are those it needs, weights last; `licence` may be empty.

    `sentences`: it comes as a sentence-transformer, trained to place similar texts close together.
    """

    id: str
    revision: str
    model_type: str
    architecture: str
    head: Head
    weights: Weights
    files: tuple[HubFile, ...]
    parameters: int
    layers: int
    context_length: int
    licence: str
    zero_shot: bool
    sentences: bool

    @property
    def size(self) -> int:
        """Bytes to fetch."""
        return sum(file.size for file in self.files)


def check_model_type(id: str, config: Mapping[str, Any]) -> str:
    """The model type; ModelLoadError if this engine does not run it."""
    model_type = config.get("model_type") or ""
    if isinstance(model_type, str) and model_type in NAMES:
        return model_type
    known = ", ".join(NAMES.values())
    if config.get("auto_map"):
        message = f"“{id}” comes with its own code ({shown(model_type or 'unknown type')}), which is never run here."
    elif model_type:
        message = f"“{id}” is of the type “{shown(model_type)}”, which is not an encoder of the BERT family."
    else:
        message = f"The configuration of “{id}” does not say what kind of model it is."
    raise ModelLoadError(message, f"Supported types: {known}.")


def read_head(config: Mapping[str, Any]) -> tuple[str, Head]:
    """The architecture that the configuration names, and the head that it means; an encoder alone if it names none."""
    architecture = str(next(iter(config.get("architectures") or ()), ""))
    if architecture == "ElectraForPreTraining":
        return architecture, "replaced-token-detection"
    return architecture, next((head for end, head in HEADS.items() if architecture.endswith(end)), "encoder")


def can_infer(config: Mapping[str, Any]) -> bool:
    """Whether its classes are those of natural-language inference, so that labels of one's own can be used."""
    return any(str(label).lower() == "entailment" for label in (config.get("id2label") or {}).values())


def choose_files(id: str, files: Iterable[HubFile], *, pytorch: bool) -> tuple[Weights, tuple[HubFile, ...]]:
    """The files to fetch, weights last: safetensors, or PyTorch's own where `pytorch` allows it."""
    listed = {file.name: file for file in files}
    small = [f for f in listed.values() if SMALL_FILES.fullmatch(f.name) and f.size <= (largest(f.name) or 0)]
    if ADAPTER in listed:
        message = f"“{id}” is an adapter: it only contains the changes to another model."
        raise ModelLoadError(message, "Merge it into that model first (merge_and_unload in peft), and add the result.")
    if not any(TOKENIZER.fullmatch(file.name) for file in small):
        message = f"“{id}” has no tokenizer: neither tokenizer.json nor a vocabulary."
        raise ModelLoadError(message, "Choose the model it was made from, or a complete one.")
    if safe := weight_files(listed, "model", "safetensors"):
        return "safetensors", (*small, *safe)
    if pickled := weight_files(listed, "pytorch_model", "bin"):
        if pytorch:
            return "pytorch", (*small, *pickled)
        message = f"“{id}” has its weights only as a PyTorch file, a format that can contain programs."
        raise ModelLoadError(message, "The operator can allow such files with PLAYGROUND_PYTORCH_FILES=true.")
    other = [name for name in ("tf_model.h5", "flax_model.msgpack", "rust_model.ot") if name in listed]
    if other:
        message = f"“{id}” only has weights for another library ({', '.join(other)})."
        raise ModelLoadError(message, "Choose a model with a model.safetensors file.")
    raise ModelLoadError(f"“{id}” contains no weights.", "Choose a model with a model.safetensors file.")


def wanted(name: str) -> bool:
    """Whether a file of that name belongs to a checkpoint."""
    weights = re.fullmatch(r"(model|pytorch_model)(-\d+-of-\d+)?\.(safetensors|bin)(\.index\.json)?", name)
    return bool(weights or SMALL_FILES.fullmatch(name)) or name in ("modules.json", ADAPTER)


def weight_files(listed: Mapping[str, HubFile], stem: str, ending: str) -> list[HubFile]:
    """One file, or an index and the shards it stands for; nothing if neither is there."""
    if whole := listed.get(f"{stem}.{ending}"):
        return [whole]
    shards = [f for name, f in sorted(listed.items()) if re.fullmatch(rf"{stem}-\d+-of-\d+\.{ending}", name)]
    index = listed.get(f"{stem}.{ending}.index.json")
    return [index, *shards] if index and shards else []
