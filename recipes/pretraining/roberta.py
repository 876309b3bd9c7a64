"""mini-roberta: byte-level tokens, dynamic masks, no next-sentence task, larger batches (arxiv.org/abs/1907.11692)."""

from pathlib import Path

from torch import Tensor, nn
from transformers import RobertaConfig, RobertaForMaskedLM

from core.training.batches import Tensors
from core.training.save import save_model
from recipes.pretraining.variant import ATTENTION, SHAPE, WINDOW, Variant


class MiniRoberta(Variant):
    """The same tokens in half as many steps, each of twice the windows."""

    name = "mini-roberta"
    tokenizer_kind = "bytes"
    rows = 512
    learning_rate = 3e-3  # no other was tried
    point_every = 200

    def build(self) -> nn.Module:
        tokenizer = self.corpus.tokenizer
        positions = WINDOW + tokenizer.pad_token_id + 1  # RoBERTa counts positions from the padding's number on
        config = RobertaConfig(
            vocab_size=len(tokenizer),
            bos_token_id=tokenizer.bos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id,
            type_vocab_size=1,
            layer_norm_eps=1e-5,
            attn_implementation=ATTENTION,
            **SHAPE | {"max_position_embeddings": positions},
        )
        self.model = RobertaForMaskedLM(config)
        embeddings = self.model.roberta.embeddings
        self.start(
            embeddings.word_embeddings.weight,
            self.model.lm_head.bias,
            positions=embeddings.position_embeddings.weight,
            layers=self.model.roberta.encoder.layer,
        )
        return self.model

    def hidden(self, batch: Tensors) -> Tensor:
        encoder = self.model.roberta
        return encoder.encoder(encoder.embeddings(batch["input_ids"])).last_hidden_state

    def decode(self, hidden: Tensor) -> Tensor:
        return self.model.lm_head(hidden)

    def write(self, out: Path) -> list[Path]:
        return [save_model(self.model, self.corpus.tokenizer, out / self.name, segments=False)]
