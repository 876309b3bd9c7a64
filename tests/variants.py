"""Five invented variants with heads, cards, curves and weights of a few numbers, to be set side by side."""

import json
from pathlib import Path

import numpy as np
from huggingface_hub import EvalResult, ModelCardData
from safetensors.numpy import save_file

from core.checkpoints.cards import DevScore
from core.checkpoints.catalog import Checkpoint, Head

HEADS: dict[str, Head] = {
    "sentiment": "sequence-classification",
    "ner": "token-classification",
    "nli": "sequence-classification",
    "qa": "question-answering",
}
HEAD_MEASURES = {"ner": "entity F1", "qa": "answer F1"}  # accuracy where it is not named
WORDS = "encyclopedia sentences, one word hidden"
PAIRS = "grammatical minimal pairs (BLiMP)"
SWAPS = "sentences with two neighbouring words exchanged"
MEASURES = (  # dataset, measure, rows
    (WORDS, "top-1 accuracy", 1000),
    (WORDS, "top-5 accuracy", 1000),
    (PAIRS, "accuracy on minimal pairs", 6700),
    (SWAPS, "word-order accuracy", 2000),
)
SHARES = {  # variant -> the shares of MEASURES, None where it has none; then those of HEADS
    "mini-bert": (0.20, 0.36, 0.60, 0.80, 0.75, 0.30, 0.55, 0.25),
    "mini-roberta": (0.21, 0.37, 0.605, 0.805, 0.755, 0.305, 0.555, 0.255),
    "mini-deberta": (0.24, 0.42, 0.66, 0.90, 0.76, 0.34, 0.58, 0.28),
    "mini-distilbert": (0.17, 0.31, 0.56, 0.75, 0.73, 0.27, 0.53, 0.23),
    "mini-electra": (None, None, 0.68, 0.88, 0.78, 0.36, 0.60, 0.30),
    "mini-electra-generator": (0.15, 0.29, 0.55, 0.70),
}
TIMES = {"mini-bert": 2.0, "mini-roberta": 2.1, "mini-deberta": 3.4, "mini-distilbert": 1.1, "mini-electra": 2.0}
WEIGHTS = {"mini-distilbert": 60}  # numbers in the file of weights; 100 where it is not named


def rows() -> list[Checkpoint]:
    """The variants and, of all but the generator, their heads."""
    found = []
    for id in SHARES:
        head: Head = "replaced-token-detection" if id == "mini-electra" else "masked-lm"
        found.append(row(id, head))
        if id != "mini-electra-generator":
            found += [row(f"{id}-{name}", head, base=id, zero_shot=name == "nli") for name, head in HEADS.items()]
    return found


def row(id: str, head: Head, *, base: str = "", zero_shot: bool = False) -> Checkpoint:
    """The row of one of them."""
    name = id.replace("-", " ").capitalize()
    texts = {"name": name, "summary": f"{id}.", "objective": "invented", "licence": "MIT", "paper": "https://arxiv.org"}
    family = id.split("-")[1]
    return Checkpoint(
        id=id, **texts, source="bundled", location=id, family=family, head=head, revision="1", context_length=128,
        base=base, zero_shot=zero_shot,
    )  # fmt: skip


def write(models: Path) -> None:
    """The folders of all of them."""
    for id, shares in SHARES.items():
        own = zip(MEASURES, shares, strict=False)
        scores = [DevScore("fill-mask", dataset, name, p, n) for (dataset, name, n), p in own if p is not None]
        if id in TIMES:
            scores.append(DevScore("fill-mask", WORDS, "ms per sentence", TIMES[id], 1000))
        write_folder(models / id, scores)
        save_file({"weight": np.zeros(WEIGHTS.get(id, 100), dtype=np.float16)}, models / id / "model.safetensors")
        (models / id / "curve.json").write_text(json.dumps(curve(id)), encoding="utf-8")
        for name, share in zip(HEADS, shares[4:], strict=False):
            measure = HEAD_MEASURES.get(name, "accuracy")
            write_folder(models / f"{id}-{name}", [DevScore("classification", "dev rows", measure, share, 1500)])
            points = [{"step": n, "tokens": 1000 * n, "seconds": 2.0 * n, "loss": 1 / n} for n in (1, 2, 3)]
            (models / f"{id}-{name}" / "curve.json").write_text(json.dumps(points), encoding="utf-8")


def curve(id: str) -> list[dict[str, float]]:
    """Three points of a pretraining."""
    points = []
    for n in (1, 2, 3):
        point = {"step": 200 * n, "tokens": 10_000_000 * n, "seconds": 1200.0 * n, "loss": 6.0 / n}
        point["masked_accuracy"] = 0.1 * n
        if "electra" in id:
            point |= {"detection_accuracy": 0.9, "detection_f1": 0.2 * n}
        if id == "mini-bert":
            point["next_sentence_accuracy"] = 0.5 + 0.1 * n
        points.append(point)
    return points


def write_folder(folder: Path, scores: list[DevScore]) -> None:
    """A folder with a card of these scores."""
    folder.mkdir()
    results = [
        EvalResult(
            task_type=one.task,
            dataset_type=one.dataset,  # metrics of one type would share a name
            dataset_name=one.dataset,
            dataset_args={"rows": one.rows},
            metric_type="accuracy",
            metric_name=one.measure,
            metric_value=one.value,
        )
        for one in scores
    ]
    data = ModelCardData(model_name=folder.name, eval_results=results)
    (folder / "README.md").write_text(f"---\n{data.to_yaml()}\n---\n\n# {folder.name}\n", encoding="utf-8")
