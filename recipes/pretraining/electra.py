"""mini-electra: a small generator fills the masks, the discriminator says of every token whether it was replaced
(arxiv.org/abs/2003.10555).
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import ElectraConfig, ElectraForMaskedLM, ElectraForPreTraining

from core.training.batches import Tensors, on_device
from core.training.objectives.masked_lm import at_places
from core.training.objectives.replaced_token import detection_loss, detection_scores, filled_in, with_dice
from core.training.save import save_model
from core.training.start import frequencies, look_at_neighbours, pass_positions
from recipes.pretraining.variant import ATTENTION, SHAPE, Variant

DETECTION = 50.0  # weight of the discriminator's loss, which is far smaller than the generator's
SMALLER = 4  # the generator's width, heads and inner width are the discriminator's divided by this


class MiniElectra(Variant):
    """Both networks learn at once and share their embeddings; gradients do not pass through the sampled tokens."""

    name = "mini-electra"
    learning_rate = 1.2e-3  # at twice that the generator learns faster and the discriminator more slowly
    generator_name = f"{name}-generator"

    def build(self) -> nn.Module:
        shape = SHAPE | {"vocab_size": len(self.corpus.tokenizer), "pad_token_id": self.corpus.tokenizer.pad_token_id}
        shape |= {"embedding_size": SHAPE["hidden_size"], "attn_implementation": ATTENTION}
        small = ("hidden_size", "num_attention_heads", "intermediate_size")
        self.discriminator = ElectraForPreTraining(ElectraConfig(**shape))
        self.generator = ElectraForMaskedLM(ElectraConfig(**shape | {name: shape[name] // SMALLER for name in small}))
        self.generator.electra.embeddings = self.discriminator.electra.embeddings
        embeddings = self.discriminator.electra.embeddings
        self.generator.generator_lm_head.weight = embeddings.word_embeddings.weight
        self.start(
            embeddings.word_embeddings.weight,
            self.generator.generator_lm_head.bias,
            positions=embeddings.position_embeddings.weight,
            layers=self.discriminator.electra.encoder.layer,
        )
        narrow = self.generator.electra.embeddings_project.weight
        speeds = frequencies(narrow.shape[1])[: len(narrow) // 4]
        pass_positions(narrow, 2 * len(speeds))
        look_at_neighbours(self.generator.electra.encoder.layer, SHAPE["num_attention_heads"] // SMALLER, speeds)
        return nn.ModuleDict({"generator": self.generator, "discriminator": self.discriminator})

    def batch(self, step: int) -> Tensors:
        return with_dice(super().batch(step), np.random.default_rng((self.seed, step, 1)))

    def hidden(self, batch: Tensors) -> Tensor:
        """The generator's last hidden states: (rows, tokens, generator's hidden)"""
        encoder = self.generator.electra
        return encoder.encoder(encoder.embeddings_project(encoder.embeddings(batch["input_ids"]))).last_hidden_state

    def decode(self, hidden: Tensor) -> Tensor:
        return self.generator.generator_lm_head(self.generator.generator_predictions(hidden))

    def loss(self, batch: Tensors) -> Tensor:
        """The generator's cross-entropy at the masks, and 50 times that of the discriminator at every token."""
        logits = self.decode(at_places(self.hidden(batch), batch)).float()
        guess = functional.cross_entropy(logits, batch["answers"])
        ids, replaced = filled_in(batch, logits.detach())
        return guess + DETECTION * detection_loss(self.detect(ids), replaced)

    def detect(self, ids: Tensor) -> Tensor:
        """Logits of “replaced”: (rows, tokens)"""
        encoder = self.discriminator.electra
        hidden = encoder.encoder(encoder.embeddings(ids)).last_hidden_state
        return self.discriminator.discriminator_predictions(hidden)

    @torch.no_grad()
    def scores(self, device: torch.device) -> dict[str, float]:
        """The generator's accuracy; the discriminator's accuracy at every token, and its F1 of the replaced ones."""
        found, replaced = [], []
        for n, batch in enumerate(self.dev):
            batch = on_device(with_dice(batch, np.random.default_rng((2018, n))), device)
            logits = self.decode(at_places(self.hidden(batch), batch)).float()
            ids, truth = filled_in(batch, logits)
            found.append(self.detect(ids).flatten() > 0)
            replaced.append(truth.flatten())
        return {**super().scores(device), **detection_scores(torch.cat(found), torch.cat(replaced))}

    def write(self, out: Path) -> list[Path]:
        return [
            save_model(self.discriminator, self.corpus.tokenizer, out / self.name),
            save_model(self.generator, self.corpus.tokenizer, out / self.generator_name),
        ]
