"""mini-distilbert: half of mini-bert's layers, distilled from mini-bert itself (arxiv.org/abs/1910.01108)."""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertForMaskedLM, DistilBertConfig, DistilBertForMaskedLM

from core.errors import ModelLoadError
from core.training.batches import Tensors
from core.training.objectives.distillation import cosine_loss, soft_loss
from core.training.objectives.masked_lm import at_places
from core.training.save import save_model
from recipes.pretraining.variant import ATTENTION, Variant

TEACHER = "mini-bert"
TEMPERATURE = 2.0
SOFT, GUESS, COSINE = 5.0, 2.0, 1.0  # weights of the three losses, those of the paper's own training


class MiniDistilBert(Variant):
    """The student starts as every second layer of its teacher, whose words, positions and head it takes over."""

    name = "mini-distilbert"
    origin = f"Started with every second layer of {TEACHER} and pretrained"
    learning_rate = 1.2e-3  # half of its teacher's, whose weights it starts with; no other was tried

    def build(self) -> nn.Module:
        folder = (self.base or Path()) / TEACHER
        if not (folder / "config.json").exists():
            raise ModelLoadError(
                f"{self.name} is taught by {TEACHER}, which is not in {folder.parent}.", f"Pretrain {TEACHER}."
            )
        teacher = BertForMaskedLM.from_pretrained(folder, dtype=torch.float32, attn_implementation=ATTENTION)
        self.teacher = teacher.requires_grad_(False).eval()
        self.model = student_of(teacher)
        return self.model

    def hidden(self, batch: Tensors) -> Tensor:
        return self.model.distilbert.transformer(
            self.model.distilbert.embeddings(batch["input_ids"]), attention_mask=None
        ).last_hidden_state

    def decode(self, hidden: Tensor) -> Tensor:
        inner = functional.gelu(self.model.vocab_transform(hidden))
        return self.model.vocab_projector(self.model.vocab_layer_norm(inner))

    def loss(self, batch: Tensors) -> Tensor:
        """Soft targets and true answers at the chosen tokens, cosine of the last hidden states at every token."""
        hidden, taught = self.hidden(batch), self._teach(batch)
        chosen, model_chosen = (at_places(states, batch) for states in (taught, hidden))
        logits, targets = self.decode(model_chosen).float(), self.teacher.cls(chosen).float()
        soft = soft_loss(logits, targets, temperature=TEMPERATURE)
        guess = functional.cross_entropy(logits, batch["answers"])
        return SOFT * soft + GUESS * guess + COSINE * cosine_loss(hidden, taught)

    def write(self, out: Path) -> list[Path]:
        return [save_model(self.model, self.corpus.tokenizer, out / self.name, segments=False)]

    @torch.no_grad()
    def _teach(self, batch: Tensors) -> Tensor:
        """The teacher's last hidden states: (rows, tokens, hidden)"""
        self.teacher.to(self.model.device, self.model.dtype)
        bert = self.teacher.bert
        return bert.encoder(bert.embeddings(batch["input_ids"])).last_hidden_state


@torch.no_grad()
def student_of(teacher: BertForMaskedLM) -> DistilBertForMaskedLM:
    """Half as many layers, with the weights of layers 0, 2, 4, ... of the teacher.

    DistilBERT has no segment embeddings: that of the first segment goes into the positions.
    """
    shape = teacher.config
    config = DistilBertConfig(
        vocab_size=shape.vocab_size,
        pad_token_id=shape.pad_token_id,
        max_position_embeddings=shape.max_position_embeddings,
        dim=shape.hidden_size,
        n_layers=shape.num_hidden_layers // 2,
        n_heads=shape.num_attention_heads,
        hidden_dim=shape.intermediate_size,
        dropout=shape.hidden_dropout_prob,
        attention_dropout=shape.attention_probs_dropout_prob,
        initializer_range=shape.initializer_range,
        attn_implementation=ATTENTION,
    )
    student = DistilBertForMaskedLM(config)
    source, target = teacher.bert.embeddings, student.distilbert.embeddings
    target.word_embeddings.weight.copy_(source.word_embeddings.weight)
    first_segment = source.token_type_embeddings.weight[0]
    target.position_embeddings.weight.copy_(source.position_embeddings.weight + first_segment)
    target.LayerNorm.load_state_dict(source.LayerNorm.state_dict())
    for layer, taken in zip(student.distilbert.transformer.layer, teacher.bert.encoder.layer[::2], strict=True):
        copy_layer(taken, layer)
    head = teacher.cls.predictions
    student.vocab_transform.load_state_dict(head.transform.dense.state_dict())
    student.vocab_layer_norm.load_state_dict(head.transform.LayerNorm.state_dict())
    student.vocab_projector.bias.copy_(head.bias)
    return student


def copy_layer(bert: nn.Module, distilbert: nn.Module) -> None:
    """Copies the weights of one layer under the other family's names."""
    attention, ours = bert.attention, distilbert.attention
    pairs = (
        (attention.self.query, ours.q_lin),
        (attention.self.key, ours.k_lin),
        (attention.self.value, ours.v_lin),
        (attention.output.dense, ours.out_lin),
        (attention.output.LayerNorm, distilbert.sa_layer_norm),
        (bert.intermediate.dense, distilbert.ffn.lin1),
        (bert.output.dense, distilbert.ffn.lin2),
        (bert.output.LayerNorm, distilbert.output_layer_norm),
    )
    for source, target in pairs:
        target.load_state_dict(source.state_dict())
