"""Random requests of every task on checkpoints of every family: a sound result, or a short sentence, whatever is asked.

The suite tries a few of each, always the same; `RANDOM_REQUESTS=3000` tries so many of each, others every time.
"""

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from core.checkpoints.catalog import load_catalog
from core.errors import InputError, PlaygroundError
from core.files.row_file import FIXED, Line, RowFile, as_csv, input_names, jsonl
from core.files.rows import rows, summary
from core.files.run import FileRun
from core.files.tables import read_table
from core.provenance import Request
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.snippets import snippet
from core.tasks import TASKS
from core.tasks.attention.schema import AttentionRequest
from core.tasks.candidate_ranking.schema import CandidateRankingRequest
from core.tasks.feature_extraction.schema import FeatureExtractionRequest
from core.tasks.fill_mask.schema import FillMaskRequest
from core.tasks.forward_pass.schema import ForwardPassRequest
from core.tasks.hidden_states.schema import HiddenStatesRequest
from core.tasks.logit_lens.schema import LogitLensRequest
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest
from core.tasks.text_classification.schema import TextClassificationRequest
from core.tasks.token_classification.schema import TokenClassificationRequest
from core.tasks.word_in_context.schema import WordInContextRequest
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest
from core.text.spans import PLACEHOLDER
from pages.ui.figures.export import csv as table_csv
from pages.ui.figures.export import json_text
from tests.core.tasks.test_contract import SAMPLES
from tests.working import result_of

ASKED = int(os.environ.get("RANDOM_REQUESTS", "0"))
EXAMPLES = ASKED or 15
SLOW = ("forward-pass", "attribution", "logit-lens")  # many passes, or many numbers
LONGEST_MESSAGE = 300  # characters
FAMILIES = ("minilm", "mini-bert", "mini-roberta", "mini-deberta", "mini-distilbert", "mini-electra")

ODD = (
    "Élan ",
    "a ",
    "Anna lives in Paris. ",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
    "\U0001f1e8\U0001f1ed",
    "e\u0301",
    "\u0301",
    "a" + "\u0323\u0307\u0301" * 9,
    "שלום",
    "مرحبا",
    "\u202eback\u202c",
    "日本語",
    "한국어",
    "ไทย",
    "ﬁ",
    "…",
    "½",
    "ﷺ",
    "㎢",
    "İ",
    "ẞ",
    "Ａ",
    "\U0001d56c",
    "\U000e0041",
    "\ufffd",
    "\ufeff",
    "\u00ad",
    "\u200b",
    "\u2028",
    "\x00",
    "\x07",
    "\x1b[31m",
    "\x85",
    "\ud83d",
    "\udc00",
    " ",
    "\u00a0",
    "\u3000",
    "\t",
    "\n",
    "\r\n",
    "<script>alert('x')</script>",
    "&amp;",
    "</div>",
    "=1+1",
    "{}",
    "{label}",
    "$x",
    "%s",
    '"""',
    "'''",
    "\\",
    "\\N{DASH}",
    "#",
    "___",
    "______",
    "[MASK]",
    "<mask>",
    "[CLS]",
    "[SEP]",
    "[PAD]",
    "<s>",
    "</s>",
    "[UNK]",
    "##ing",
    "▁",
    "Ġ",
    "x" * 400,
    "é" * 120,
    "🍕" * 90,
    "___ " * 40,
    "word " * 600,
)
words = (
    st.sampled_from(ODD)
    | st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
    | st.sampled_from(("the", "Paris", "cat", "John", "is", "good", ".", "Who", "1889", "can't"))
)
joined = st.builds(str.join, st.sampled_from(("", " ", " ", "\n")), st.lists(words, max_size=7))
readable = joined.map(lambda text: text if any(c.isprintable() and not c.isspace() for c in text) else f"{text}word")
texts = st.one_of(readable, readable, readable, joined, st.sampled_from(ODD))
up_to_600 = texts.map(
    lambda text: text[:600]
)  # characters: the numbers of all heads grow with the square of the length
without_gaps = readable.map(lambda text: PLACEHOLDER.sub("gap", text))
one_gap = st.builds("{}{}{}".format, without_gaps, st.sampled_from(("___", " ___ ", "[MASK]")), without_gaps)
gaps = st.builds("{}{}{}".format, texts, st.sampled_from(("___", " ___ ", "[MASK]", "", "___ ___")), texts)
numbers = st.sampled_from((*(1, 2, 3, 5, 20) * 6, 0, -1, 10**6, 2**70))
UNKNOWN = ("", "no such name", "x" * 5000, "\ud83d", "<b>")
poolings = st.sampled_from((*("mean", "cls", "max") * 8, *UNKNOWN))
strategies = st.sampled_from((*("none", "simple", "first", "average", "max") * 6, *UNKNOWN))
layers = st.sampled_from((*(-1, 0, 1, 2, -2) * 5, 99, -99, 2**70))
short = readable.map(lambda text: text[:80].strip() or "word")
several = st.lists(short, min_size=1, max_size=5, unique=True).map(tuple) | st.sampled_from(
    (("one", "two"), ("cat", "dog", "Élan"), (), ("a",) * 2, ("a",) * 60, ("x" * 600,), ("", "b"))
)

REQUESTS: dict[str, st.SearchStrategy[Any]] = {  # of a task that is not told here, each text is any
    name: st.builds(spec.request, *[several if field.several else texts for field in spec.fields])
    for name, spec in TASKS.items()
} | {
    "fill-mask": st.builds(FillMaskRequest, gaps, numbers),
    "candidate-ranking": st.builds(CandidateRankingRequest, st.one_of(one_gap, one_gap, gaps), several),
    "pseudo-likelihood": st.builds(PseudoLikelihoodRequest, texts, st.booleans(), numbers),
    "replaced-token-detection": st.builds(ReplacedTokenDetectionRequest, texts),
    "token-classification": st.builds(TokenClassificationRequest, texts, strategies),
    "question-answering": st.builds(QuestionAnsweringRequest, texts, texts, numbers, numbers),
    "text-classification": st.builds(TextClassificationRequest, texts, texts),
    "zero-shot-classification": st.builds(
        ZeroShotClassificationRequest,
        texts,
        several,
        st.sampled_from(("This text is about {}.", "{}", "{} {{}} {} é\x00", "$x {}", "no place")) | texts,
        st.booleans(),
    ),
    "sentence-similarity": st.builds(SentenceSimilarityRequest, texts, texts, poolings, layers),
    "feature-extraction": st.builds(FeatureExtractionRequest, texts, poolings, layers, st.booleans()),
    "word-in-context": st.builds(WordInContextRequest, words, texts)
    | texts.map(lambda text: WordInContextRequest((text.split() or ["x"])[0], text)),
    "attention": st.builds(AttentionRequest, up_to_600, up_to_600),
    "forward-pass": st.builds(ForwardPassRequest, texts | gaps, texts, numbers, numbers),
    "logit-lens": st.builds(LogitLensRequest, gaps, st.just(()) | several, numbers),
    "hidden-states": st.builds(HiddenStatesRequest, texts, texts, st.lists(poolings, max_size=3).map(tuple)),
}


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    """The engine as it is shipped."""
    return LocalEngine(Settings(device="cpu"), load_catalog())


def able(task: str) -> list[str]:
    """A checkpoint of each family that can do the task, the one that was taught it where there is one."""
    found: dict[str, str] = {}
    for row in load_catalog().supporting(task):
        family = next(name for name in sorted(FAMILIES, key=len, reverse=True) if row.id.startswith(name))
        found.setdefault(family, row.id)
    return list(found.values())


def test_every_task_is_asked_at_random() -> None:
    assert REQUESTS.keys() == TASKS.keys()
    assert {len(able(task)) for task in TASKS} >= {len(FAMILIES)}


@pytest.mark.parametrize("task", TASKS)
def test_a_sound_result_or_a_short_sentence(engine: LocalEngine, task: str) -> None:
    @settings(
        max_examples=EXAMPLES // 3 if task in SLOW else EXAMPLES,
        derandomize=not ASKED,
        deadline=None,
        database=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.sampled_from(able(task)), REQUESTS[task])
    def ask(checkpoint: str, request: Request) -> None:
        try:
            (result,) = engine.run(task, checkpoint, [request])
        except PlaygroundError as e:
            event("a sentence")
            check_sentence(e)
        else:
            event("a result")
            check_result(result, request)
            check_rows(task, result, request)
            compile(snippet(load_catalog()[checkpoint], request), "snippet", "exec")

    ask()


LONG = "a long word " * 400


@pytest.mark.parametrize("task", TASKS)
def test_no_sentence_quotes_all_of_a_long_text(engine: LocalEngine, task: str) -> None:
    checkpoint, sample = able(task)[-1], SAMPLES[task]
    if hasattr(sample, "steps"):
        sample = replace(sample, steps=1)
    asked = [(task, LONG, sample), (LONG, checkpoint, sample)]
    for field in fields(sample):
        value = getattr(sample, field.name)
        for long in (LONG, LONG.replace(" ", ""), f"{LONG}___"):
            if isinstance(value, str | tuple):
                changed = replace(sample, **{field.name: (long, "b") if isinstance(value, tuple) else long})
                asked.append((task, checkpoint, changed))
    for one, other, request in asked:
        with suppress(PlaygroundError):
            engine.run(one, other, [request])
            continue
        with pytest.raises(PlaygroundError) as caught:
            engine.run(one, other, [request])
        check_sentence(caught.value)


def test_no_sentence_about_a_file_quotes_all_of_it(engine: LocalEngine) -> None:
    name, wide = f"{LONG}.csv", f"{LONG},b"
    for content in (f"{wide}\n1", f"{wide}\n1,2,{LONG}", f"{LONG},{LONG}\n1,2", wide, '"' + LONG):
        with pytest.raises(InputError) as caught:
            read_table(name, content.encode())
        assert len(caught.value.message) < LONGEST_MESSAGE
    with pytest.raises(InputError) as caught:
        read_table(LONG, b"a")
    assert len(caught.value.message) < LONGEST_MESSAGE
    column = LONG[:900].strip()
    table = read_table("a.csv", f'{column},b\n"",x'.encode())
    run = result_of(FileRun("text-classification", ("mini-bert-sentiment",), table, {"text": column}), engine)
    assert run.first_bad.startswith("Row 2, column “a long word")
    assert len(run.first_bad) < LONGEST_MESSAGE


def check_sentence(error: PlaygroundError) -> None:
    """It is short, and UTF-8 can say it. The hint may list all names that there are."""
    assert 0 < len(error.message) < LONGEST_MESSAGE, error.message
    assert str(error).encode()


def check_result(result: Any, request: Any) -> None:
    """Numbers are finite, scores in [0, 1], spans inside the text and what they say stands there."""
    text = getattr(result, "context", getattr(result, "text", ""))
    for part in parts(result):
        for name in (field.name for field in fields(part)):
            value = getattr(part, name)
            if isinstance(value, np.ndarray):
                assert np.isfinite(value.astype(float)).all(), name
            elif isinstance(value, float):
                assert np.isfinite(value), name
            if name.endswith("score"):
                assert 0 <= value <= 1 + 1e-6, (name, value)
        if hasattr(part, "start"):
            check_span(part, result.text_pair if getattr(part, "segment", 0) else text)
    for name in ("starts", "ends"):
        if hasattr(result, name):
            assert (getattr(result, name) >= 0).all()
            assert (getattr(result, name) <= 1 + 1e-3).all()
    if hasattr(result, "similarity"):
        assert -1 <= result.similarity <= 1
    for name in ("entities", "answers", "masks"):
        found = sorted((one.start, one.end) for one in getattr(result, name, ()))
        assert all(first[1] <= second[0] for first, second in pairwise(found)), f"{name} overlap"
    assert all(one.text.strip() for one in getattr(result, "answers", ()))


def check_span(part: Any, text: str) -> None:
    assert 0 <= part.start <= part.end <= len(text)
    if type(part).__name__ not in ("LabelledToken", "JudgedToken", "ScoredPiece"):  # pieces may be a blank alone
        assert part.start < part.end, part
        said = getattr(part, "text", None)
        assert said is None or said == text[part.start : part.end] or not hasattr(part, "score")


def parts(value: Any) -> Iterator[Any]:
    """The dataclass and all that it holds, provenance included."""
    yield value
    for field in fields(value):
        one = getattr(value, field.name)
        for inner in one if isinstance(one, tuple) else (one,):
            if is_dataclass(inner):
                yield from parts(inner)


def check_rows(task: str, result: Any, request: Any) -> None:
    """Everything that can be taken along is valid, and has what went in beside what came out."""
    short, every = summary(result), rows(result)
    for value in (short, every, TASKS[task].format(result)):
        assert json.loads(json.dumps(value, allow_nan=False)) == value
    json.loads(json_text(asdict(result, dict_factory=corners)), parse_constant=refuse)
    if every:
        assert len(list(csv.DictReader(io.StringIO(table_csv(every), newline="")))) == len(every)
    inputs = {name: str(value) for name, value in vars(request).items()}
    file = RowFile()
    file.append(Line("a", 1, inputs, short, every))
    names = input_names(inputs, (*FIXED, *short))
    line = json.loads(jsonl(file.lines(), names), parse_constant=refuse)
    assert {name: line[names[name]] for name in inputs} == inputs
    assert line["results"] == every
    (cells,) = csv.DictReader(io.StringIO(as_csv(file.lines(), names, short), newline=""))
    assert cells.keys() == {"checkpoint", "row", *names.values(), *short}
    as_csv(file.lines(), names, short).encode()


def corners(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """Fields by name, of each array the first few numbers: all are slow to write, and `check_result` has seen them."""
    return {name: value[(slice(9),) * value.ndim] if isinstance(value, np.ndarray) else value for name, value in items}


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
