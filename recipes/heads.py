"""Heads for the small variants: sentiment, names, inference and answers, each trained alike on every base."""

from dataclasses import dataclass, replace

from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertForTokenClassification,
)

from recipes import ner, nli, sentiment, small_qa
from recipes.recipe import Recipe

STEPS, BATCH_TOKENS, LEARNING_RATE, RANK = 2000, 2048, 1e-3, 16
ANY_ARCHITECTURE = {
    BertForQuestionAnswering: AutoModelForQuestionAnswering,
    BertForSequenceClassification: AutoModelForSequenceClassification,
    BertForTokenClassification: AutoModelForTokenClassification,
}


@dataclass(frozen=True)
class Modules:
    """The names of an architecture's parts: the matrices that LoRA adapts, and the layers of a head for sentences."""

    targets: str
    sentence_head: tuple[str, ...] = ("classifier",)


BERT_MATRICES = r".*encoder\.layer\..*\.(query|key|value|dense)"
MODULES = {
    "mini-bert": Modules(BERT_MATRICES, ("pooler", "classifier")),
    "mini-roberta": Modules(BERT_MATRICES),
    "mini-deberta": Modules(r".*encoder\.layer\..*\.(query_proj|key_proj|value_proj|dense)", ("pooler", "classifier")),
    "mini-distilbert": Modules(
        r".*transformer\.layer\..*\.(q_lin|k_lin|v_lin|out_lin|lin1|lin2)", ("pre_classifier", "classifier")
    ),
    "mini-electra": Modules(BERT_MATRICES),
}
LIMITS = "English only, on a small base model. Use it to compare it with its four relatives; do not rely on it."


def on_base(recipe: Recipe, base: str) -> Recipe:
    """The recipe on another base."""
    modules = MODULES[base]
    sentences = recipe.model_class is BertForSequenceClassification
    return replace(
        recipe,
        name=recipe.name.replace("minilm", base),
        base=base,
        model_class=ANY_ARCHITECTURE[recipe.model_class],
        targets=modules.targets,
        heads=modules.sentence_head if sentences else recipe.heads,
        history="",
        limits=LIMITS,
    )


def alike(recipe: Recipe) -> Recipe:
    """The recipe with the steps, the rank and the rate that these heads share."""
    return replace(recipe, steps=STEPS, batch_tokens=BATCH_TOKENS, learning_rate=LEARNING_RATE, rank=RANK)


INFERENCE = replace(nli.RECIPE, examples=nli.read_pairs, files=nli.FILES)
SHARED = (*map(alike, (sentiment.RECIPE, ner.RECIPE, INFERENCE)), small_qa.SMALL)
HEADS = tuple(on_base(recipe, base) for base in MODULES for recipe in SHARED)
