"""From a catalogue row to a model that is ready to run: the packaged encoder, or a bundled adapter merged into one."""

import copy
import warnings
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import torch
from peft import PeftModel
from torch import nn
from transformers import AutoTokenizer, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase
from transformers.utils import logging as transformers_logging

from core.checkpoints.catalog import Catalog, Checkpoint
from core.checkpoints.reading import read_object
from core.checkpoints.tensors import read_header
from core.checkpoints.weights import folder_of
from core.errors import CapacityError, ModelLoadError, PlaygroundError, UntrainedHeadError, is_out_of_memory
from core.hub.configuration import read_config
from core.hub.strict import check
from core.hub.tokenizer_files import check_tokenizer
from core.models.architecture import auto_class, left_out, settle, without_pooler
from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from core.models.fused import fuse
from core.models.merging import embedding_weight, merge, untie
from core.models.model import LoadedModel, ModelKey
from core.models.row_blocks import has_blocks, load_blocks
from core.models.smaller import view_of
from core.models.tokenizer import Tokenizer

transformers_logging.set_verbosity_error()  # what it reports of missing weights is judged here
transformers_logging.disable_progress_bar()
warnings.filterwarnings("ignore", message="`is_gradient_checkpointing`", category=FutureWarning)  # peft asks for it

BROUGHT = ("hub", "local")  # sources of checkpoints by strangers
BROKEN = {  # what helps where files are missing or damaged
    "package": "Install the requirements again.",
    "bundled": "Install the requirements again, or restore the folder assets/models.",
    "hub": "Download it again on the Models page.",
    "local": "Upload it again on the Models page.",
}


class Loader:
    """Loads checkpoints; word embeddings of adapters on one base are one tensor in memory."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._parameters: dict[Checkpoint, int] = {}
        self._embeddings: weakref.WeakValueDictionary[tuple[Any, ...], nn.Parameter] = weakref.WeakValueDictionary()

    def load(self, key: ModelKey, row: Checkpoint | None = None) -> LoadedModel:
        """The model of `key`, ready to run; ModelLoadError says which checkpoint and why not, CapacityError that the
        memory was not enough. `row` is given for one that is not in the catalogue yet."""
        row = row or self.catalog[key.checkpoint]
        if row.source in BROUGHT:
            check(self.folder(row), row.id, row.head, next_sentence=row.next_sentence)
        with plain_errors(row, "weights"):
            model = self._adapted(row) if row.base else self._plain(row)
            cast(nn.Module, model).to(device=key.device, dtype=key.dtype).eval().requires_grad_(False)
            self._share_embeddings(model, (row.base or row.id, key.dtype, key.device))
            plain = plain_view(model)
            fuse(model)
        with plain_errors(row, "tokenizer"):
            tokenizer = load_tokenizer(self.folder(row, base=True), model.config)
            ready = Tokenizer(tokenizer, row.context_length)
            check_ids(tokenizer, ready, model.config)
        return LoadedModel(key, model, ready, plain)

    def fresh(self, row: Checkpoint, head: str = "", labels: Sequence[str] = ()) -> PreTrainedModel:
        """A model of its own to be trained: float32, no weight shared with any other, not fused, every weight free.

        With a `head` that is not the row's, or other `labels`, the encoder is the row's and the head is new and random.
        """
        if row.source in BROUGHT:
            check(self.folder(row), row.id, row.head, next_sentence=row.next_sentence)
        with plain_errors(row, "weights"):
            model = untie(self._adapted(row)) if row.base else self._plain(row)
            if (head and head != row.head) or labels:
                model = under_new_head(model, head or row.head, labels)
            cast(nn.Module, model).to(torch.float32).requires_grad_(True)
            model.set_attn_implementation("eager")
        return model

    def folder(self, row: Checkpoint, *, base: bool = False) -> Path:
        """Where the row's files lie; with `base`, those of the encoder under an adapter."""
        if base and row.base:
            row = self.catalog[row.base]
        return folder_of(row)

    def tokenizer(self, row: Checkpoint) -> tuple[Tokenizer, PreTrainedTokenizerBase]:
        """The tokenizer of a checkpoint alone, as tasks use it and as transformers has it."""
        folder = self.folder(row, base=True)
        if row.source in BROUGHT:
            check_tokenizer(folder)
        with plain_errors(row, "tokenizer"):
            plain = load_tokenizer(folder, read_config(folder, row.id))
            return Tokenizer(plain, row.context_length), plain

    def parameters(self, row: Checkpoint) -> int:
        """Weights the checkpoint runs with, from the headers of its files; 0 if a file is missing or broken."""
        known = self._parameters.get(row) or self._count_parameters(row)
        if known:
            self._parameters[row] = known
        return known

    def _count_parameters(self, row: Checkpoint) -> int:
        files = sorted(self.folder(row, base=True).glob("model*.safetensors"))
        adapters = [self.folder(row) / "adapter_model.safetensors"] if row.base else []
        if not files or not all(file.exists() for file in adapters):
            return 0
        try:
            sizes = [item for file in files for item in _sizes(file).items()]
            adapted, both = bool(row.base), row.next_sentence
            sizes = [item for item in sizes if not left_out(item[0], row.head, adapted=adapted, next_sentence=both)]
            sizes += [item for file in adapters for item in _sizes(file).items()]
        except (OSError, PlaygroundError):
            return 0
        # LoRA becomes part of the weights it adapts, but for the decoder's, which stays beside the shared embedding.
        return sum(n for name, n in sizes if "lora_" not in name or "decoder" in name)

    def layers(self, row: Checkpoint) -> int:
        """How many layers the checkpoint has, from its configuration; 0 if that is missing or broken."""
        return _layers(self.folder(row, base=True) / "config.json")

    def _plain(self, row: Checkpoint) -> PreTrainedModel:
        folder = self.folder(row)
        model, missing = _load(row, folder, read_config(folder, row.id))
        _refuse_random_head(row, missing, frozenset())
        return model

    def _adapted(self, row: Checkpoint) -> PreTrainedModel:
        folder = self.folder(row)
        config = read_config(folder, row.id)
        model, missing = _load(row, self.folder(row, base=True), config)
        saved = _sizes(folder / "adapter_model.safetensors")
        provided = frozenset(name.removeprefix("base_model.model.") for name in saved)
        _refuse_random_head(row, missing, provided)
        adapted = PeftModel.from_pretrained(model, str(folder), local_files_only=True)
        return merge(cast(PreTrainedModel, adapted.base_model.model))

    def _share_embeddings(self, model: PreTrainedModel, key: tuple[Any, ...]) -> None:
        own = embedding_weight(model)
        shared = self._embeddings.setdefault(key, own)
        for module in model.modules():
            if getattr(module, "weight", None) is own:
                module.weight = shared


@contextmanager
def plain_errors(row: Checkpoint, what: str) -> Iterator[None]:
    """Whatever libraries raise while they read the files of a checkpoint, as sentences a visitor can act on."""
    try:
        yield
    except (UntrainedHeadError, CapacityError, KeyboardInterrupt, SystemExit):
        raise
    except PlaygroundError as e:
        if row.source in BROUGHT:
            raise
        raise ModelLoadError(f"“{row.id}” could not be read: {e.message}", BROKEN[row.source]) from e
    except BaseException as e:  # what tokenizers raises where its own code panics is no Exception
        if is_out_of_memory(e):
            hint = "Unload another model on the Models page, or choose a smaller one."
            raise CapacityError(f"There was not enough memory to load “{row.id}”.", hint) from e
        message = f"The {what} of “{row.id}” could not be read ({type(e).__name__})."
        raise ModelLoadError(message, BROKEN[row.source]) from e


def check_ids(tokenizer: PreTrainedTokenizerBase, ready: Tokenizer, config: PreTrainedConfig) -> None:
    """ModelLoadError if the tokenizer gives ids that the model has no embedding for, or no pieces at all."""
    vocabulary = tokenizer.get_vocab()
    highest = max(vocabulary.values(), default=-1)
    if highest < 0:
        raise ModelLoadError("The tokenizer has no vocabulary.", "Use the folder that save_pretrained wrote.")
    if highest >= config.vocab_size:
        message = (
            f"The tokenizer has token IDs up to {highest:,}; the model only knows IDs up to {config.vocab_size - 1:,}."
        )
        raise ModelLoadError(message, "Call resize_token_embeddings before save_pretrained.")
    types = max(ready.join(ready.pieces("a"), ready.pieces("a")).type_ids)
    known = getattr(config, "type_vocab_size", None)
    if ready.uses_type_ids and known and types >= known:
        message = f"The tokenizer gives the token type {types}; the model knows {known} of them."
        raise ModelLoadError(message, "Use the tokenizer that the model was trained with.")


def load_tokenizer(folder: Path, config: PreTrainedConfig) -> PreTrainedTokenizerBase:
    """The tokenizer of a folder; ModelLoadError if transformers has none for it that is fast and knows offsets."""
    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
        str(folder), config=config, local_files_only=True
    )
    if not getattr(tokenizer, "is_fast", False):
        message = "The tokenizer has no fast version, which is needed to locate its tokens in the text."
        raise ModelLoadError(message, "Choose another model.")
    return tokenizer


def under_new_head(model: PreTrainedModel, head: str, labels: Sequence[str]) -> PreTrainedModel:
    """The encoder of a model under a head that nobody has trained, with these labels if it has any."""
    config = copy.deepcopy(model.config)
    if labels:
        config.id2label = dict(enumerate(labels))
        config.label2id = {name: n for n, name in enumerate(labels)}
    new: PreTrainedModel = auto_class(head).from_config(settle(config))
    known = model.base_model.state_dict()
    unknown = new.base_model.load_state_dict(known, strict=False).missing_keys
    assert all("pooler" in name for name in unknown), f"the encoder has no {unknown}"
    return new


def plain_view(model: PreTrainedModel) -> PreTrainedModel:
    """A second module tree over the same weights, with the attention that returns its weights."""
    view = view_of(model)
    view.set_attn_implementation("eager")
    return view


def _load(row: Checkpoint, folder: Path, config: Any) -> tuple[PreTrainedModel, set[str]]:
    """The model and the names of weights that its files did not have."""
    enhanced = row.head == "masked-lm" and getattr(config, "enhanced_mask_decoder", False)
    plain = auto_class(row.head, next_sentence=row.next_sentence)
    model_class: Any = DebertaV2ForEnhancedMaskedLM if enhanced else plain
    if row.source == "bundled" and has_blocks(folder):
        model = model_class.from_config(settle(config))
        return model, without_pooler(row.head, load_blocks(model, folder))
    model, info = model_class.from_pretrained(
        folder, config=settle(config), local_files_only=True, use_safetensors=True, output_loading_info=True
    )
    return model, without_pooler(row.head, set(info["missing_keys"]))


def _refuse_random_head(row: Checkpoint, missing: set[str], provided: frozenset[str]) -> None:
    """Raises UntrainedHeadError if a weight matrix of the head comes from neither the checkpoint nor the adapter."""
    random = sorted(name for name in missing if name.endswith(".weight") and name not in provided)
    if random:
        message = f"“{row.id}” lacks trained weights for its head ({random[0]}): its answers would be random."
        raise UntrainedHeadError(message, "Choose another model for this task.")


@cache
def _layers(config: Path) -> int:
    try:
        fields = read_object(config)
    except (OSError, PlaygroundError):
        return 0
    layers = fields.get("num_hidden_layers", fields.get("n_layers"))
    return layers if isinstance(layers, int) else 0


def _sizes(file: Path) -> dict[str, int]:
    """Numbers in each tensor of a safetensors file, by name; reads only the header, and that once."""
    return _read_sizes(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _read_sizes(file: Path, modified: int) -> dict[str, int]:
    return {name: tensor.numbers for name, tensor in read_header(file).items()}
