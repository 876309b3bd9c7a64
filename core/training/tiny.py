"""Tiny networks that learn from nothing, one class per objective; all of them read rows of ids without padding."""

from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import (
    BertConfig,
    BertForMaskedLM,
    ElectraConfig,
    ElectraForMaskedLM,
    ElectraForPreTraining,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from core.pretraining.plan import Contender, PretrainPlan
from core.training.batches import Tensors
from core.training.objectives.masked_lm import at_places, masked_lm_loss
from core.training.objectives.replaced_token import copied_loss, detection_loss, filled_in
from core.training.start import (
    frequencies,
    look_at_neighbours,
    pass_positions,
    set_positions,
)

DETECTION = 50.0  # weight of the discriminator's loss, which is far smaller than the generator's (ELECTRA, appendix A)
SMALLER = 2  # the generator's width is that of the network divided by this; a quarter to a half, says ELECTRA
LONGEST = 128  # tokens that it can read
Scores = dict[str, float]


def shape(plan: PretrainPlan, tokenizer: PreTrainedTokenizerBase) -> dict[str, Any]:
    """The size of the network, by the names of BERT's configuration."""
    return {
        "vocab_size": len(tokenizer),
        "pad_token_id": tokenizer.pad_token_id,
        "hidden_size": plan.width,
        "num_hidden_layers": plan.layers,
        "num_attention_heads": plan.heads,
        "intermediate_size": 4 * plan.width,
        "max_position_embeddings": LONGEST,
        "hidden_dropout_prob": 0.0,
        "attention_probs_dropout_prob": 0.0,
        "initializer_range": 0.04,  # 0.02 suits a width of 768; what goes with the root of the width is about this
        "attn_implementation": "eager",  # the fused kernel is the slower one on a processor
    }


class MaskedLearner:
    """BERT: predicts the hidden tokens from the others."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.model: Any = BertForMaskedLM(BertConfig(**fields))
        self.network: nn.Module = self.model

    def begin(self, vectors: Tensor, logarithms: Tensor) -> None:
        """Starts with these vectors of words (vocabulary, width), their frequencies as `logarithms`, and heads that
        look at neighbours."""
        embeddings, heads = self.model.base_model.embeddings, self.model.config.num_attention_heads
        words, positions = embeddings.word_embeddings.weight, embeddings.position_embeddings.weight
        with torch.no_grad():
            words.copy_(vectors)
            self.bias.copy_(logarithms)
        set_positions(positions)
        speeds = frequencies(words.shape[1])[: words.shape[1] // heads // 2]
        look_at_neighbours(self.model.base_model.encoder.layer, heads, speeds)

    @property
    def bias(self) -> Tensor:
        """That of the decoder of words."""
        return cast(Tensor, self.model.cls.predictions.bias)

    def hidden(self, ids: Tensor) -> Tensor:
        """Last hidden states: (rows, tokens, width)"""
        bert = self.model.bert
        return cast(Tensor, bert.encoder(bert.embeddings(ids)).last_hidden_state)

    def decode(self, hidden: Tensor) -> Tensor:
        """Vocabulary logits: (positions, width) -> (positions, vocabulary)"""
        return cast(Tensor, self.model.cls.predictions(hidden))

    def loss(self, batch: Tensors) -> Tensor:
        """Mean cross-entropy of the chosen tokens."""
        return masked_lm_loss(self.hidden(batch["input_ids"]), self.decode, batch)

    def judged(self, batch: Tensors) -> tuple[Tensor, Scores]:
        """The loss on held-out text, and the share of the hidden words that are guessed."""
        logits = self.decode(at_places(self.hidden(batch["input_ids"]), batch)).float()
        right = float((logits.argmax(-1) == batch["answers"]).float().mean())
        return functional.cross_entropy(logits, batch["answers"]), {"score": right}

    def fill(self, ids: Tensor, place: int) -> Tensor:
        """The probabilities of all pieces at a place that holds the mask token: (vocabulary,)"""
        return self.decode(self.hidden(ids)[0, place])[None].float().softmax(-1)[0]

    def doubt(self, ids: Tensor, place: int) -> float | None:
        """How probably the token there was replaced; None from a network that does not say."""
        return None


class SwappingLearner(MaskedLearner):
    """Replace MLM of ELECTRA's table 5: a generator's words stand where BERT has [MASK]; they are to be corrected."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.model = self.build(fields)
        small = {name: fields[name] // SMALLER for name in ("hidden_size", "intermediate_size")}
        heads = max(1, fields["num_attention_heads"] // SMALLER)
        small |= {"num_attention_heads": heads, "embedding_size": fields["hidden_size"]}
        self.generator: Any = ElectraForMaskedLM(ElectraConfig(**fields | small))
        embeddings = self.model.base_model.embeddings
        self.generator.electra.embeddings = embeddings
        self.generator.generator_lm_head.weight = embeddings.word_embeddings.weight
        self.network = nn.ModuleDict({"generator": self.generator, "model": self.model, **self.besides(fields)})

    def begin(self, vectors: Tensor, logarithms: Tensor) -> None:
        """The generator starts from the same counts."""
        super().begin(vectors, logarithms)
        narrow = self.generator.electra.embeddings_project.weight
        size, heads = len(narrow), self.generator.config.num_attention_heads
        speeds = frequencies(narrow.shape[1])[: min(size // 4, size // heads // 2)]
        pass_positions(narrow, 2 * len(speeds))
        look_at_neighbours(self.generator.electra.encoder.layer, heads, speeds)
        with torch.no_grad():
            self.generator.generator_lm_head.bias.copy_(logarithms)

    def build(self, fields: dict[str, Any]) -> PreTrainedModel:
        """The network that is kept."""
        return BertForMaskedLM(BertConfig(**fields))

    def besides(self, fields: dict[str, Any]) -> dict[str, nn.Module]:
        """What else learns and is not kept."""
        return {}

    def guess(self, ids: Tensor, places: Callable[[Tensor], Tensor]) -> Tensor:
        """The generator's logits at some places of the rows: (places, vocabulary)"""
        encoder = self.generator.electra
        hidden = encoder.encoder(encoder.embeddings_project(encoder.embeddings(ids))).last_hidden_state
        logits: Tensor = self.generator.generator_lm_head(self.generator.generator_predictions(places(hidden)))
        return logits.float()

    def swapped(self, batch: Tensors) -> tuple[Tensor, Tensor, Tensor]:
        """The generator's own loss, the rows with its samples, and which tokens are not the true ones."""
        logits = self.guess(batch["input_ids"], lambda hidden: at_places(hidden, batch))
        ids, replaced = filled_in(batch, logits.detach())
        return functional.cross_entropy(logits, batch["answers"]), ids, replaced

    def loss(self, batch: Tensors) -> Tensor:
        """The generator's cross-entropy, and the network's own."""
        guess, ids, replaced = self.swapped(batch)
        return guess + self.own_loss(ids, replaced, batch)

    def own_loss(self, ids: Tensor, replaced: Tensor, batch: Tensors) -> Tensor:
        """Mean cross-entropy of the chosen tokens, read from the generator's."""
        return masked_lm_loss(self.hidden(ids), self.decode, batch)

    def judged(self, batch: Tensors) -> tuple[Tensor, Scores]:
        """The network's own loss, and the share of the chosen words that it corrects."""
        _, ids, replaced = self.swapped(batch)
        right = self.decode(at_places(self.hidden(ids), batch)).argmax(-1) == batch["answers"]
        return self.own_loss(ids, replaced, batch), {"score": float(right.float().mean())}

    def fill(self, ids: Tensor, place: int) -> Tensor:
        """What the network makes of the generator's best word there."""
        ids = ids.clone()
        ids[0, place] = self.guess(ids, lambda hidden: hidden[0, place][None])[0].argmax()
        return super().fill(ids, place)


class CopyingLearner(SwappingLearner):
    """All-Tokens MLM of ELECTRA's table 5: every token is to be predicted, and may be copied."""

    def besides(self, fields: dict[str, Any]) -> dict[str, nn.Module]:
        """What says of each token how probably it is copied."""
        self.copies = nn.Linear(fields["hidden_size"], 1)
        return {"copies": self.copies}

    def own_loss(self, ids: Tensor, replaced: Tensor, batch: Tensors) -> Tensor:
        """Mean −ln p of every token, read from rows with the generator's."""
        hidden = self.hidden(ids).flatten(0, 1)
        answers = ids.flatten().clone()
        answers[batch["places"]] = batch["answers"]
        logits, copies = self.decode(hidden).float(), self.copies(hidden)[:, 0].float()
        return copied_loss(logits, copies, ids.flatten(), answers)


class DetectingLearner(SwappingLearner):
    """ELECTRA: says of every token whether the generator put it there."""

    def build(self, fields: dict[str, Any]) -> PreTrainedModel:
        """The discriminator."""
        return ElectraForPreTraining(ElectraConfig(**fields, embedding_size=fields["hidden_size"]))

    @property
    def bias(self) -> Tensor:
        """That of the generator, as this network predicts no words."""
        return cast(Tensor, self.generator.generator_lm_head.bias)

    def hidden(self, ids: Tensor) -> Tensor:
        """Last hidden states of the discriminator: (rows, tokens, width)"""
        encoder = self.model.electra
        return cast(Tensor, encoder.encoder(encoder.embeddings(ids)).last_hidden_state)

    def detect(self, ids: Tensor) -> Tensor:
        """Logits of “replaced”: (rows, tokens)"""
        return cast(Tensor, self.model.discriminator_predictions(self.hidden(ids)))

    def own_loss(self, ids: Tensor, replaced: Tensor, batch: Tensors) -> Tensor:
        """50 times the cross-entropy of “replaced”, as in the paper."""
        return DETECTION * detection_loss(self.detect(ids), replaced)

    def judged(self, batch: Tensors) -> tuple[Tensor, Scores]:
        """The discriminator's loss without its weight, and the share of replaced tokens among as many that it doubts
        most."""
        _, ids, replaced = self.swapped(batch)
        logits = self.detect(ids)
        doubted = logits.flatten().topk(int(replaced.sum())).indices
        return detection_loss(logits, replaced), {"score": float(replaced.flatten()[doubted].float().mean())}

    def fill(self, ids: Tensor, place: int) -> Tensor:
        """What the generator puts there."""
        return self.guess(ids, lambda hidden: hidden[0, place][None])[0].softmax(-1)

    def doubt(self, ids: Tensor, place: int) -> float | None:
        """How probably the discriminator says that the token there was replaced."""
        return float(self.detect(ids)[0, place].float().sigmoid())


LEARNERS: dict[str, type[MaskedLearner]] = {
    "masked-tokens": MaskedLearner,
    "masked-words": MaskedLearner,
    "replace-mlm": SwappingLearner,
    "all-tokens-mlm": CopyingLearner,
    "replaced-tokens": DetectingLearner,
}


def learner(contender: Contender, plan: PretrainPlan, tokenizer: PreTrainedTokenizerBase) -> MaskedLearner:
    """A network for an objective with random weights; the same for the same seed."""
    torch.manual_seed(plan.seed)
    return LEARNERS[contender.objective](shape(plan, tokenizer))
