"""config.json of strangers: which fields are read, and the bounds of each. Whatever else it holds goes nowhere."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from pydantic_core import ErrorDetails
from transformers import AutoConfig, PreTrainedConfig
from typing_extensions import TypedDict

from core.checkpoints.reading import read_object, shown
from core.errors import ModelLoadError
from core.hub.offer import NAMES, check_model_type
from core.models.architecture import context_length
from core.text.phrases import shorten

MOST_LABELS = 10_000
LONGEST_LIST = 160  # characters of what may be chosen from
FEWEST_TOKENS = 8  # of a context, special ones included
HINT = "Correct it in config.json, or choose another model."
NO_CODE = "Code from models is never run here. Choose a model made for transformers."

Width = Annotated[int, Field(ge=1, le=65_536)]
Heads = Annotated[int, Field(ge=1, le=1_024)]
Layers = Annotated[int, Field(ge=1, le=100)]
Vocabulary = Annotated[int, Field(ge=1, le=2_000_000)]
Positions = Annotated[int, Field(ge=FEWEST_TOKENS, le=131_072)]
Relative = Annotated[int, Field(ge=-1, le=131_072)]  # -1 takes the number of positions
WindowSize = Annotated[int, Field(ge=2, le=1_024)]  # every text is padded to a multiple of it
TokenId = Annotated[int, Field(ge=0, lt=2_000_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Small = Annotated[float, Field(gt=0, le=1)]
Angle = Annotated[float, Field(gt=0, le=1e9)]
ShortString = Annotated[str, Field(max_length=200)]
Activation = Literal[
    "gelu",
    "gelu_new",
    "gelu_fast",
    "gelu_python",
    "gelu_pytorch_tanh",
    "gelu_accurate",
    "quick_gelu",
    "relu",
    "relu2",
    "relu6",
    "leaky_relu",
    "silu",
    "swish",
    "mish",
    "tanh",
    "sigmoid",
    "linear",
]


def as_text(label: Any) -> Any:
    """Numbers that name classes, as some configurations have them, become text."""
    return str(label) if isinstance(label, int) else label


Label = Annotated[str, BeforeValidator(as_text), Field(min_length=1, max_length=1_000)]


def numbered(labels: dict[str, str]) -> dict[str, str]:
    """The labels; ValueError if they are not numbered from 0."""
    if set(labels) != {str(n) for n in range(len(labels))}:
        raise ValueError("must name the classes from 0 on, each once")
    return labels


STRICT = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


@with_config(STRICT)
class Rope(TypedDict, total=False):
    """How ModernBERT turns its positions."""

    rope_type: Literal["default"]
    rope_theta: Angle


@with_config(STRICT)
class Configuration(TypedDict, total=False):
    """The fields that shape a model, of all families. The others of a file are dropped."""

    # What every family has, DistilBERT under names of its own.
    vocab_size: Vocabulary
    hidden_size: Width
    num_hidden_layers: Layers
    num_attention_heads: Heads
    intermediate_size: Width
    max_position_embeddings: Positions
    type_vocab_size: Annotated[int, Field(ge=0, le=100)]
    hidden_act: Activation
    hidden_dropout_prob: Share
    attention_probs_dropout_prob: Share
    classifier_dropout: Share | None
    initializer_range: Annotated[float, Field(ge=0, le=10)]
    layer_norm_eps: Small
    pad_token_id: TokenId | None
    bos_token_id: TokenId | None
    eos_token_id: TokenId | Annotated[list[TokenId], Field(max_length=10)] | None
    cls_token_id: TokenId | None
    sep_token_id: TokenId | None
    tie_word_embeddings: bool
    dim: Width
    n_layers: Layers
    n_heads: Heads
    hidden_dim: Width
    activation: Activation
    dropout: Share
    attention_dropout: Share
    qa_dropout: Share
    seq_classif_dropout: Share
    sinusoidal_pos_embds: bool

    # Heads and their classes.
    architectures: Annotated[list[ShortString], Field(max_length=20)] | None
    id2label: Annotated[dict[str, Label], Field(min_length=1, max_length=MOST_LABELS), AfterValidator(numbered)] | None
    num_labels: Annotated[int, Field(ge=1, le=MOST_LABELS)]
    problem_type: Literal["regression", "single_label_classification", "multi_label_classification"] | None
    dtype: Literal["float32", "float16", "bfloat16"] | None
    torch_dtype: Literal["float32", "float16", "bfloat16"] | None
    tokenizer_class: ShortString | None  # which of them are taken: tokenizer_files
    no_answer_bias: Annotated[float, Field(ge=-100, le=100)]  # of ours: what “no answer” gets on top of its logit

    # ELECTRA, ALBERT, MobileBERT, SqueezeBERT.
    embedding_size: Width
    summary_type: ShortString
    summary_use_proj: bool
    summary_activation: Activation | None
    summary_last_dropout: Share
    num_hidden_groups: Layers
    inner_group_num: Annotated[int, Field(ge=1, le=16)]
    classifier_dropout_prob: Share
    trigram_input: bool
    use_bottleneck: bool
    intra_bottleneck_size: Width
    use_bottleneck_attention: bool
    key_query_shared_bottleneck: bool
    num_feedforward_networks: Annotated[int, Field(ge=1, le=16)]
    normalization_type: Literal["no_norm", "layer_norm"]
    classifier_activation: bool | Activation
    q_groups: Heads
    k_groups: Heads
    v_groups: Heads
    post_attention_groups: Heads
    intermediate_groups: Heads
    output_groups: Heads

    # DeBERTa, MPNet.
    relative_attention: bool
    max_relative_positions: Relative
    position_buckets: Relative
    position_biased_input: bool
    pos_att_type: ShortString | Annotated[list[ShortString], Field(max_length=4)] | None
    share_att_key: bool
    norm_rel_ebd: ShortString
    conv_kernel_size: Annotated[int, Field(ge=0, le=63)]
    conv_act: Activation
    conv_groups: Heads
    attention_head_size: Width
    talking_head: bool
    pooler_dropout: Share
    pooler_hidden_act: Activation
    pooler_hidden_size: Width
    enhanced_mask_decoder: bool
    relative_attention_num_buckets: Annotated[int, Field(ge=2, le=1_024)]

    # Longformer, BigBird, ModernBERT.
    attention_window: WindowSize | Annotated[list[WindowSize], Field(max_length=100)]
    attention_type: Literal["block_sparse", "original_full"]
    block_size: Width
    num_random_blocks: Heads
    use_bias: bool
    rescale_embeddings: bool
    hidden_activation: Activation
    norm_eps: Small
    norm_bias: bool
    attention_bias: bool
    mlp_bias: bool
    decoder_bias: bool
    classifier_bias: bool
    classifier_pooling: Literal["cls", "mean"]
    embedding_dropout: Share
    mlp_dropout: Share
    initializer_cutoff_factor: Annotated[float, Field(ge=0, le=100)]
    local_attention: Width
    global_attn_every_n_layers: Layers
    global_rope_theta: Angle
    local_rope_theta: Angle | None
    layer_types: Annotated[list[Literal["full_attention", "sliding_attention"]], Field(max_length=100)] | None
    rope_parameters: dict[Literal["full_attention", "sliding_attention"], Rope] | None

    # What is the same for all that run here. Not read, but a checkpoint that says otherwise is another kind of model.
    is_decoder: Literal[False]
    add_cross_attention: Literal[False]
    is_encoder_decoder: Literal[False]
    chunk_size_feed_forward: Literal[0]
    position_embedding_type: Literal["absolute"] | None
    pruned_heads: Annotated[dict[str, Any], Field(max_length=0)] | None


CONFIGURATION = TypeAdapter(Configuration)


def read_fields(id: str, raw: dict[str, Any]) -> dict[str, Any]:
    """The fields of a configuration that are handed on; ModelLoadError names the first that is beyond its bounds."""
    model_type = check_model_type(id, raw)
    refuse_code("config.json", raw)
    try:
        fields: dict[str, Any] = {**CONFIGURATION.validate_python(raw)}
    except ValidationError as e:
        raise ModelLoadError(complaint("config.json", e.errors()[0]), HINT) from e
    if fields.get("id2label"):
        fields.pop("num_labels", None)
    return fields | {"model_type": model_type}


def settle_fields(id: str, fields: dict[str, Any]) -> PreTrainedConfig:
    """The configuration that the fields of `read_fields` make; ModelLoadError if they do not go together."""
    name = NAMES[fields["model_type"]]
    try:
        config = AutoConfig.for_model(**fields)
        tokens = context_length(config)
    except Exception as e:  # whatever a class of transformers makes of values that its family does not know
        raise ModelLoadError(f"The configuration of “{shown(id)}” is not that of a {name}.", HINT) from e
    width, heads, pad = config.hidden_size, config.num_attention_heads, config.pad_token_id
    if width % heads:
        raise ModelLoadError(f"`hidden_size` is {width:,}; it must be a multiple of the {heads:,} heads.", HINT)
    if pad is not None and not 0 <= pad < config.vocab_size:
        message = f"`pad_token_id` is {pad:,}; it must be inside the vocabulary, 0 to {config.vocab_size - 1:,}."
        raise ModelLoadError(message, HINT)
    if tokens < FEWEST_TOKENS:
        message = f"`max_position_embeddings` is {config.max_position_embeddings:,}, which leaves space for {tokens:,} "
        raise ModelLoadError(message + f"tokens; it must be at least {FEWEST_TOKENS}.", HINT)
    return config


def read_config(folder: Path, id: str) -> PreTrainedConfig:
    """The configuration in a folder, its fields within their bounds."""
    return settle_fields(id, read_fields(id, read_object(folder / "config.json")))


def refuse_code(name: str, raw: dict[str, Any]) -> None:
    """ModelLoadError if a file asks for code or formats that are never loaded here."""
    if raw.get("auto_map"):
        raise ModelLoadError(f"{name} refers to its own code (`auto_map`).", NO_CODE)
    if raw.get("quantization_config") is not None:
        hint = "Use the model as it was before quantization."
        raise ModelLoadError("The model is quantized (`quantization_config`), which is not supported here.", hint)
    for field in ("attn_implementation", "_attn_implementation", "_attn_implementation_internal"):
        if raw.get(field) not in (None, "eager", "sdpa"):
            message = f"`{field}` is {shown(raw[field])!r}; it must be 'eager' or 'sdpa'."
            raise ModelLoadError(message, NO_CODE)


def complaint(name: str, error: ErrorDetails) -> str:
    """What pydantic found, as a sentence: the field, what was got, what is allowed."""
    path = [str(part) for part in error["loc"] if isinstance(part, int) or str(part).replace("_", "").isalnum()]
    field = shown(path[0] if path else name)
    got, context = error["input"], error.get("ctx", {})
    said = {True: "true", False: "false", None: "null"}.get(got) if got is None or isinstance(got, bool) else None
    if said is None:
        said = f"{got:,}" if isinstance(got, int) and abs(got) < 10**15 else shown(repr(got), 40)
    match error["type"]:
        case "missing":
            return f"`{field}` is missing in {name}."
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            word = {"ge": "at least", "le": "at most", "gt": "more than", "lt": "less than"}
            limit, value = next((word[key], value) for key, value in context.items() if key in word)
            allowed = f"{limit} {value:,}"
        case "int_type" | "int_from_float":
            allowed = "a whole number"
        case "float_type" | "finite_number":
            allowed = "a number"
        case "bool_type":
            allowed = "true or false"
        case "string_type":
            allowed = "a text"
        case "list_type":
            allowed = "a list"
        case "dict_type":
            allowed = "an object"
        case "literal_error":
            allowed = shorten(str(context["expected"]).replace("False", "false"), LONGEST_LIST)
        case "too_long":
            if not context["max_length"]:
                return f"`{field}` is set in {name}; models that use it do not run here."
            what = "characters in one text" if isinstance(got, str) else "entries"
            return f"`{field}` has more than {context['max_length']:,} {what}."
        case "string_too_long":
            return f"`{field}` has more than {context['max_length']:,} characters in one text."
        case "value_error":
            return f"`{field}` {context['error']}."
        case _:
            return f"`{field}` in {name} cannot be used: {error['msg'][:80]}."
    return f"`{field}` is {said}; it must be {allowed}."
