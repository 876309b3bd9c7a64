"""A small random checkpoint of every architecture of the family, with the kind of tokenizer its real ones have."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import (
    AlbertTokenizer,
    AutoConfig,
    BertTokenizer,
    BigBirdTokenizer,
    DebertaTokenizer,
    DebertaV2Tokenizer,
    MPNetTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
    RobertaTokenizer,
    XLMRobertaTokenizer,
)

from core.models.architecture import AUTO_CLASSES
from core.vectors.baseline import load_sentences

PIECES = 400
LABELS = {
    "token-classification": ("O", "B-PER", "I-PER", "B-ORG", "I-ORG"),
    "sequence-classification": ("entailment", "neutral", "contradiction"),
}
USUAL_HEADS = ("encoder", "masked-lm", "token-classification", "question-answering", "sequence-classification")

BERT_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
ROBERTA_MARKS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def texts() -> list[str]:
    """What the vocabularies are made from."""
    return [text for text, _ in load_sentences()]


@cache
def word_pieces(*marks: str) -> dict[str, int]:
    """A WordPiece vocabulary that begins with these special tokens."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(vocab_size=PIECES, special_tokens=list(marks), show_progress=False)
    tokenizer.train_from_iterator(texts(), trainer)
    return tokenizer.get_vocab()


@cache
def byte_pairs(*marks: str) -> dict[str, Any]:
    """`vocab` and `merges` of a byte-level vocabulary that begins with these special tokens."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=PIECES, special_tokens=list(marks), initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts(), trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return {"vocab": model["vocab"], "merges": [tuple(pair) for pair in model["merges"]]}


@cache
def unigrams(*marks: str) -> list[tuple[str, float]]:
    """Pieces of a Unigram vocabulary with their scores, these special tokens first."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    unknown = next(mark for mark in marks if mark.lower().strip("[]<>") == "unk")
    trainer = trainers.UnigramTrainer(
        vocab_size=PIECES, special_tokens=list(marks), unk_token=unknown, show_progress=False
    )
    tokenizer.train_from_iterator(texts(), trainer)
    return [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["vocab"]]


def word_piece_tokenizer() -> PreTrainedTokenizerBase:
    return BertTokenizer(vocab=word_pieces(*BERT_MARKS))


def plain_fast_tokenizer() -> PreTrainedTokenizerBase:
    """What ModernBERT comes with: a byte-level tokenizer.json under BERT's names for special tokens, no class."""
    backend = DebertaTokenizer(**byte_pairs(*BERT_MARKS)).backend_tokenizer
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), BERT_MARKS, strict=True))
    inputs = ["input_ids", "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=backend, model_input_names=inputs, **names)


@dataclass(frozen=True)
class Family:
    """An architecture: its configuration on top of the common one, and its tokenizer."""

    model_type: str
    tokenizer: Callable[[], PreTrainedTokenizerBase]
    config: dict[str, Any] = field(default_factory=dict)
    heads: tuple[str, ...] = USUAL_HEADS


ROBERTA = {"max_position_embeddings": 514, "type_vocab_size": 1, "pad_token_id": 1}
DISENTANGLED = {"relative_attention": True, "pos_att_type": ["c2p", "p2c"], "type_vocab_size": 0}

FAMILIES = {
    family.model_type: family
    for family in (
        Family("bert", word_piece_tokenizer),
        Family("roberta", lambda: RobertaTokenizer(**byte_pairs(*ROBERTA_MARKS)), ROBERTA),
        Family(
            "deberta",
            lambda: DebertaTokenizer(**byte_pairs(*BERT_MARKS)),
            DISENTANGLED | {"position_biased_input": False, "legacy": False, "pooler_hidden_size": 32},
        ),
        Family(
            "deberta-v2",
            lambda: DebertaV2Tokenizer(vocab=unigrams(*BERT_MARKS)),
            DISENTANGLED
            | {
                "position_biased_input": False,
                "legacy": False,
                "position_buckets": 16,
                "share_att_key": True,
                "norm_rel_ebd": "layer_norm",
                "pooler_hidden_size": 32,
            },
        ),
        Family("distilbert", word_piece_tokenizer, {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64}),
        Family("electra", word_piece_tokenizer, {"embedding_size": 16}, (*USUAL_HEADS, "replaced-token-detection")),
        Family(
            "albert",
            lambda: AlbertTokenizer(vocab=unigrams("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]")),
            {"embedding_size": 16},
        ),
        Family(
            "mobilebert",
            word_piece_tokenizer,
            {"embedding_size": 16, "intra_bottleneck_size": 16, "initializer_range": 0.1},
        ),
        Family("squeezebert", word_piece_tokenizer, {"embedding_size": 32}),
        Family(
            "longformer", lambda: RobertaTokenizer(**byte_pairs(*ROBERTA_MARKS)), ROBERTA | {"attention_window": [8, 8]}
        ),
        Family(
            "big_bird",
            lambda: BigBirdTokenizer(vocab=unigrams("<pad>", "</s>", "<s>", "<unk>", "[CLS]", "[SEP]", "[MASK]")),
            {"block_size": 4, "num_random_blocks": 2},
        ),
        Family(
            "modernbert",
            plain_fast_tokenizer,
            {"local_attention": 16, "pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2}
            | {"eos_token_id": 3},
        ),
        Family("xlm-roberta", lambda: XLMRobertaTokenizer(vocab=unigrams(*ROBERTA_MARKS)), ROBERTA),
        Family(
            "mpnet",
            lambda: MPNetTokenizer(vocab=word_pieces("<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>")),
            {"max_position_embeddings": 514, "pad_token_id": 1},
        ),
    )
}


def tiny_model(model_type: str, head: str) -> PreTrainedModel:
    """The architecture under that head, two layers, weights wide enough apart that no two answers tie."""
    family = FAMILIES[model_type]
    labels = LABELS.get(head)
    names = (
        {"id2label": dict(enumerate(labels)), "label2id": {name: n for n, name in enumerate(labels)}} if labels else {}
    )
    config = AutoConfig.for_model(
        model_type,
        **{
            "vocab_size": len(family.tokenizer()),
            "hidden_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "intermediate_size": 64,
            "initializer_range": 0.5,
            "max_position_embeddings": 512,
        }
        | names
        | family.config,
    )
    with torch.random.fork_rng():
        torch.manual_seed(sum(map(ord, model_type + head)))
        return AUTO_CLASSES[head].from_config(config).eval()


def save_tiny(model_type: str, head: str, folder: Path, *, safe: bool = True) -> Path:
    """Writes the checkpoint as the Hub would hold it; without `safe` its weights are a PyTorch file."""
    model = tiny_model(model_type, head)
    model.save_pretrained(folder)
    FAMILIES[model_type].tokenizer().save_pretrained(folder)
    if not safe:
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    return folder
