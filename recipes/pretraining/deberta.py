"""mini-deberta: content and relative position attend apart, absolute positions come in the decoder alone
(arxiv.org/abs/2006.03654).
"""

from pathlib import Path

from torch import Tensor, nn
from transformers import DebertaV2Config

from core.models.enhanced_mask_decoder import DebertaV2ForEnhancedMaskedLM
from core.training.batches import Tensors
from core.training.save import save_model
from recipes.pretraining.variant import SHAPE, Variant

BUCKETS = 32  # relative positions up to 15 tokens away apart, the farther ones in groups


class MiniDeberta(Variant):
    """Dynamic masks; no segments."""

    name = "mini-deberta"

    def build(self) -> nn.Module:
        tokenizer = self.corpus.tokenizer
        config = DebertaV2Config(
            vocab_size=len(tokenizer),
            pad_token_id=tokenizer.pad_token_id,
            type_vocab_size=0,
            relative_attention=True,
            pos_att_type=["c2p", "p2c"],
            share_att_key=True,
            position_biased_input=False,
            position_buckets=BUCKETS,
            norm_rel_ebd="layer_norm",
            legacy=False,
            enhanced_mask_decoder=True,
            **SHAPE,
        )
        self.model = DebertaV2ForEnhancedMaskedLM(config)
        self.start(self.model.get_input_embeddings().weight, self.model.lm_predictions.lm_head.bias)
        return self.model

    def hidden(self, batch: Tensors) -> Tensor:
        return self.model.decode(batch["input_ids"])

    def decode(self, hidden: Tensor) -> Tensor:
        return self.model.predict(hidden)

    def write(self, out: Path) -> list[Path]:
        return [save_model(self.model, self.corpus.tokenizer, out / self.name, segments=False)]
