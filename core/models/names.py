"""What the architectures call their parts: the layers and, within one, its products; the products of a head.

Only those whose layers are BERT's, whatever their names; of the others no part is known by name.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class LayerNames:
    """What an architecture calls its stack of layers, and within a layer the parts."""

    stack: str
    heads: str
    projections: tuple[str, str, str]  # query, key, value
    attention_output: str
    attention_norm: str
    intermediate: str
    activation: str
    output: str
    output_norm: str


@dataclass(frozen=True)
class HeadNames:
    """What lies between the last state and the logits: `product` gives these; before it, where there is one, `dense`
    with an activation (a name, or the field of the configuration that has it) and a `norm`."""

    product: str
    dense: str = ""
    activation: str = ""
    norm: str = ""


BERT = LayerNames(
    stack="encoder",
    heads="attention.self.num_attention_heads",
    projections=("attention.self.query", "attention.self.key", "attention.self.value"),
    attention_output="attention.output.dense",
    attention_norm="attention.output.LayerNorm",
    intermediate="intermediate.dense",
    activation="intermediate.intermediate_act_fn",
    output="output.dense",
    output_norm="output.LayerNorm",
)
DISTILBERT = LayerNames(
    stack="transformer",
    heads="attention.n_heads",
    projections=("attention.q_lin", "attention.k_lin", "attention.v_lin"),
    attention_output="attention.out_lin",
    attention_norm="sa_layer_norm",
    intermediate="ffn.lin1",
    activation="ffn.activation",
    output="ffn.lin2",
    output_norm="output_layer_norm",
)
DEBERTA = replace(
    BERT, projections=("attention.self.query_proj", "attention.self.key_proj", "attention.self.value_proj")
)
LAYERS = {
    **dict.fromkeys(("bert", "roberta", "xlm-roberta", "electra"), BERT),
    "distilbert": DISTILBERT,
    "deberta-v2": DEBERTA,
}
IN_ONE = "attention.self.in_proj"  # the first DeBERTa's product for query, key and value, of each head in turn
PARTS = LAYERS | {"deberta": replace(BERT, projections=(IN_ONE, IN_ONE, IN_ONE))}

TOKENS, ANSWERS = HeadNames("classifier"), HeadNames("qa_outputs")
ROBERTA_WORDS = HeadNames("lm_head.decoder", "lm_head.dense", "gelu", "lm_head.layer_norm")
# its product is with the word embeddings, which are no part of the head
DEBERTA_WORDS = HeadNames("", "lm_predictions.lm_head.dense", "hidden_act", "lm_predictions.lm_head.LayerNorm")
DEBERTA_CLASSES = HeadNames("classifier", "pooler.dense", "pooler_hidden_act")
ROBERTA_CLASSES = HeadNames("classifier.out_proj", "classifier.dense", "tanh")
HEADS = {
    **{(one, "token-classification"): TOKENS for one in PARTS},
    **{(one, "question-answering"): ANSWERS for one in PARTS},
    ("bert", "masked-lm"): HeadNames(
        "cls.predictions.decoder",
        "cls.predictions.transform.dense",
        "hidden_act",
        "cls.predictions.transform.LayerNorm",
    ),
    ("roberta", "masked-lm"): ROBERTA_WORDS,
    ("xlm-roberta", "masked-lm"): ROBERTA_WORDS,
    ("distilbert", "masked-lm"): HeadNames("vocab_projector", "vocab_transform", "activation", "vocab_layer_norm"),
    ("electra", "masked-lm"): HeadNames(
        "generator_lm_head", "generator_predictions.dense", "gelu", "generator_predictions.LayerNorm"
    ),
    ("deberta", "masked-lm"): DEBERTA_WORDS,
    ("deberta-v2", "masked-lm"): DEBERTA_WORDS,
    ("bert", "sequence-classification"): HeadNames("classifier", "bert.pooler.dense", "tanh"),
    ("roberta", "sequence-classification"): ROBERTA_CLASSES,
    ("xlm-roberta", "sequence-classification"): ROBERTA_CLASSES,
    ("distilbert", "sequence-classification"): HeadNames("classifier", "pre_classifier", "relu"),
    ("electra", "sequence-classification"): HeadNames("classifier.out_proj", "classifier.dense", "gelu"),
    ("deberta", "sequence-classification"): DEBERTA_CLASSES,
    ("deberta-v2", "sequence-classification"): DEBERTA_CLASSES,
    ("electra", "replaced-token-detection"): HeadNames(
        "discriminator_predictions.dense_prediction", "discriminator_predictions.dense", "hidden_act"
    ),
}
