"""Rows a second against the libraries' own ways: SentenceTransformer.encode and the transformers pipelines."""

import numpy as np
import torch
from peft import PeftModel
from sentence_transformers import SentenceTransformer
from transformers import AutoConfig, AutoTokenizer, pipeline

from benchmarks.sentences import make_sentences, mask_one_word
from benchmarks.timing import Comparison, time_peers
from core.models.architecture import AUTO_CLASSES
from core.models.row_blocks import load_blocks
from core.runtime.local import LocalEngine
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.token_classification.schema import TokenClassificationRequest

BATCH_SIZES = (1, 8, 32)


def embeddings(engine: LocalEngine, *, rows: int, rounds: int) -> Comparison:
    """Vectors of sentences against SentenceTransformer.encode as it comes."""
    sentences = make_sentences(rows)
    requests = [FeatureExtractionRequest(s) for s in sentences]
    peer = SentenceTransformer(str(engine.loader.folder(engine.catalog["minilm"])), device=str(engine.device))
    seconds, outputs = time_peers(
        {
            "engine": lambda: list(engine.stream("feature-extraction", "minilm", requests)),
            "SentenceTransformer.encode": lambda: peer.encode(sentences),
        },
        rounds=rounds,
    )
    ours = np.stack([result.embedding for result in outputs["engine"]])
    cosine = (ours * outputs["SentenceTransformer.encode"]).sum(1)
    return Comparison("embeddings", "sentences", rows, seconds, f"lowest cosine {cosine.min():.4f}", 4)


def fill_mask(engine: LocalEngine, *, rows: int, rounds: int) -> Comparison:
    """Five fills of one mask against the fill-mask pipeline."""
    texts = [mask_one_word(s, seed=n) for n, s in enumerate(make_sentences(rows))]
    requests = [FillMaskRequest(t) for t in texts]
    pipe = plain_pipeline(engine, "fill-mask", "minilm-fill-mask")
    seconds, outputs = time_peers(
        {
            "engine": lambda: list(engine.stream("fill-mask", "minilm-fill-mask", requests)),
            **{f"pipeline, batch {size}": lambda size=size: pipe(texts, batch_size=size) for size in BATCH_SIZES},
        },
        rounds=rounds,
    )
    pairs = zip(outputs["engine"], outputs["pipeline, batch 1"], strict=True)
    same = np.mean([ours.masks[0].fills[0].token_id == theirs[0]["token"] for ours, theirs in pairs])
    return Comparison("fill-mask", "sentences", rows, seconds, f"same first word in {same:.1%}", 8)


def token_classification(engine: LocalEngine, *, rows: int, rounds: int) -> Comparison:
    """Entities against the token-classification pipeline with the same aggregation."""
    texts = make_sentences(rows)
    requests = [TokenClassificationRequest(t) for t in texts]
    pipe = plain_pipeline(engine, "token-classification", "minilm-ner", aggregation_strategy="first")
    seconds, outputs = time_peers(
        {
            "engine": lambda: list(engine.stream("token-classification", "minilm-ner", requests)),
            **{f"pipeline, batch {size}": lambda size=size: pipe(texts, batch_size=size) for size in BATCH_SIZES},
        },
        rounds=rounds,
    )
    same = np.mean(
        [
            [(e.entity_group, e.start, e.end) for e in ours.entities]
            == [(e["entity_group"], e["start"], e["end"]) for e in theirs]
            for ours, theirs in zip(outputs["engine"], outputs["pipeline, batch 1"], strict=True)
        ]
    )
    return Comparison("token-classification", "sentences", rows, seconds, f"same entities in {same:.1%}", 4)


def plain_pipeline(engine: LocalEngine, task: str, checkpoint: str, **options: str):
    """The transformers pipeline on the same weights, float32, any adapter merged, as a user would set it up."""
    row = engine.catalog[checkpoint]
    base, adapter = engine.loader.folder(row, base=True), engine.loader.folder(row)
    config, tokenizer = AutoConfig.from_pretrained(adapter), AutoTokenizer.from_pretrained(base)
    if row.in_blocks:
        whole = AUTO_CLASSES[row.head].from_config(config).eval()
        load_blocks(whole, base)
        return pipeline(task, model=whole, tokenizer=tokenizer, device=engine.device, **options)
    model = AUTO_CLASSES[row.head].from_pretrained(base, config=config)
    decoder = model.get_output_embeddings()
    if decoder is not None:  # shared with the word embeddings, which must not take part in the merge
        decoder.weight = torch.nn.Parameter(decoder.weight.detach().clone())
    merged = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload().eval()
    return pipeline(task, model=merged, tokenizer=tokenizer, device=engine.device, **options)
