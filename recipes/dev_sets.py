"""Dev sets and measures in plain words, and as the Hub names them."""

from dataclasses import dataclass

from core.checkpoints.cards import MILLISECONDS

WIKI = "raw/wiki_dev.txt.xz"
SQUAD = "qa/squad_dev.jsonl.xz"
STAGE = "stage.toml"  # beside this file


@dataclass(frozen=True)
class DevSet:
    """A dev set in plain words: the task, the rows, and the Hub's name of the data they come from.

    `part` tells sets of one task and source apart, which the Hub would take for one.
    """

    task: str
    name: str
    hub: str
    part: str | None = None


DEV_SETS = {  # by file
    WIKI: DevSet("fill-mask", "encyclopedia sentences, one word hidden", "wikipedia"),
    "minimal_pairs/blimp_public.jsonl.xz": DevSet("fill-mask", "grammatical minimal pairs (BLiMP)", "nyu-mll/blimp"),
    "ner/uner_ewt_dev.conll.xz": DevSet("token-classification", "web sentences (UNER)", "universalner/universal_ner"),
    "ner/btc_dev.conll.xz": DevSet("token-classification", "tweets (BTC)", "strombergnlp/broad_twitter_corpus"),
    "ner/wikigold_dev.conll.xz": DevSet("token-classification", "encyclopedia sentences (WikiGold)", "wikigold"),
    SQUAD: DevSet("question-answering", "SQuAD", "rajpurkar/squad_v2"),
    "qa/qamr_dev.jsonl.xz": DevSet("question-answering", "questions on single sentences (QAMR)", "qamr"),
    "sentiment/sst2_dev.jsonl.xz": DevSet("text-classification", "film sentences (SST-2)", "stanfordnlp/sst2"),
    "nli/snli_mnli_dev.jsonl.xz": DevSet("text-classification", "SNLI and MNLI", "stanfordnlp/snli"),
    "nli/breaking_nli_dev.jsonl.xz": DevSet("text-classification", "one word exchanged (Breaking NLI)", "breaking_nli"),
    "sts/stsb_dev.jsonl.xz": DevSet("sentence-similarity", "STS-B", "sentence-transformers/stsb"),
}
DRAWN = {  # by file and measure, where a measure makes a set of its own from a file or reads a part of it
    (WIKI, MILLISECONDS): DevSet("fill-mask", "encyclopedia sentences, one at a time", "wikipedia", "one at a time"),
    (SQUAD, "F1 answerable"): DevSet(
        "question-answering", "SQuAD, questions with an answer", "rajpurkar/squad_v2", "with an answer"
    ),
    (WIKI, "word order"): DevSet(
        "fill-mask", "sentences with two neighbouring words exchanged", "wikipedia", "words exchanged"
    ),
    (WIKI, "next sentence"): DevSet(
        "next-sentence-prediction", "two encyclopedia sentences, half of them neighbours", "wikipedia", "neighbours"
    ),
    **{
        (STAGE, measure): DevSet(task, "everyday sentences of our own", "stage-list", measure.removeprefix("stage: "))
        for measure, task in {
            "stage: gaps": "fill-mask",
            "stage: copies": "fill-mask",
            "stage: own words": "fill-mask",
            "stage: swaps": "fill-mask",
            "stage: names": "token-classification",
            "stage: questions": "question-answering",
            "stage: sentiment": "text-classification",
            "stage: inference": "text-classification",
            "stage: own labels": "zero-shot-classification",
        }.items()
    },
}
MEASURES = {  # of the table of scores: in plain words, and the Hub's name
    "top-1": ("top-1 accuracy", "accuracy"),
    "top-5": ("top-5 accuracy", "accuracy"),
    MILLISECONDS: (MILLISECONDS, "latency"),
    "minimal pairs": ("accuracy on minimal pairs", "accuracy"),
    "word order": ("word-order accuracy", "accuracy"),
    "next sentence": ("next-sentence accuracy", "accuracy"),
    "span F1": ("entity F1", "f1"),
    "F1 answerable": ("answer F1", "f1"),
    "answerable or not": ("answerability accuracy", "accuracy"),
    "accuracy": ("accuracy", "accuracy"),
    "Spearman": ("Spearman correlation", "spearmanr"),
    "stage: gaps": ("top-3 accuracy", "accuracy"),
    "stage: copies": ("first guesses copied (lower is better)", "error_rate"),
    "stage: own words": ("accuracy among three words", "accuracy"),
    "stage: swaps": ("accuracy at finding the swapped word", "accuracy"),
    "stage: names": ("sentences with all entities right", "accuracy"),
    "stage: questions": ("accuracy, including questions without an answer", "accuracy"),
    "stage: sentiment": ("sentiment accuracy", "accuracy"),
    "stage: inference": ("inference accuracy", "accuracy"),
    "stage: own labels": ("accuracy among three labels", "accuracy"),
}


def dev_set(file: str, measure: str) -> DevSet:
    """On what a measure was taken."""
    return DRAWN.get((file, measure)) or DEV_SETS[file]
