"""An engine without models for page tests: deterministic answers, calls counted, errors on demand."""

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np

from core.checkpoints.cards import DevScore
from core.checkpoints.catalog import Catalog, Checkpoint, load_catalog
from core.checkpoints.known import Facts, KnownCheckpoint
from core.engine import CheckpointStatus, EngineStatus, Jobs, Told, Visit
from core.errors import EmptyTextError, InputError, ModelLoadError, PlaygroundError
from core.hub.offer import Offer
from core.jobs import JobStore, OwnJobs
from core.provenance import Provenance, Request, Result, Timing
from core.tasks import task_of
from core.tasks.ablation.schema import AblationRequest, AblationResult
from core.tasks.attention.parts import select
from core.tasks.attention.schema import AttentionRequest, AttentionResult
from core.tasks.attribution.schema import AttributedWord, AttributionRequest, AttributionResult
from core.tasks.candidate_ranking.schema import Candidate, CandidateRankingRequest, CandidateRankingResult
from core.tasks.feature_extraction.schema import FeatureExtractionRequest, FeatureExtractionResult
from core.tasks.fill_mask.schema import Fill, FillMaskRequest, FillMaskResult, MaskFills
from core.tasks.forward_pass.schema import ForwardPassRequest
from core.tasks.hidden_states.schema import HiddenStatesRequest, HiddenStatesResult
from core.tasks.logit_lens.schema import FollowedWord, LensGap, LogitLensRequest, LogitLensResult
from core.tasks.pseudo_likelihood.schema import PseudoLikelihoodRequest, PseudoLikelihoodResult, ScoredPiece
from core.tasks.question_answering.schema import (
    Answer,
    PassageWindow,
    QuestionAnsweringRequest,
    QuestionAnsweringResult,
)
from core.tasks.replaced_token_detection.schema import (
    JudgedToken,
    ReplacedTokenDetectionRequest,
    ReplacedTokenDetectionResult,
)
from core.tasks.sentence_similarity.schema import SentenceSimilarityRequest, SentenceSimilarityResult
from core.tasks.text_classification.schema import LabelScore, TextClassificationResult
from core.tasks.token_classification.schema import Entity, TokenClassificationRequest, TokenClassificationResult
from core.tasks.word_in_context.schema import WordInContextRequest, WordInContextResult
from core.tasks.zero_shot_classification.schema import ZeroShotClassificationRequest
from core.text.pieces import Piece, Tokenized
from core.text.spans import PLACEHOLDER
from tests.passed import passed

LIMIT = 50_000


class FakeLibrary:
    """Cards and scores of all; nothing comes."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def card(self, checkpoint: str) -> str:
        return f"# {checkpoint}\n\nA card."

    def facts(self, known: KnownCheckpoint) -> Facts:
        return Facts(12, 768, 12, 512, 30_522, 110_000_000)

    def scores(self, checkpoint: str) -> tuple[DevScore, ...]:
        return (DevScore(self.catalog[checkpoint].tasks[0], "made-up rows", "accuracy", 0.75, 100),)

    def read_offer(self, id: str) -> Offer:
        raise ModelLoadError(f"The Hub has no model “{id}” that this playground can read.", "Check the spelling.")

    def fetch(self, offer: Offer, count: Callable[[int], None], stopped: Callable[[], bool]) -> Checkpoint:
        raise NotImplementedError

    def archive(self, checkpoint: str) -> bytes:
        return f"the files of {checkpoint}".encode()

    def take(self, name: str, archive: BinaryIO) -> Checkpoint:
        raise InputError(f"“{name}” is not a ZIP archive.", "Zip the folder.")


class FakeEngine:
    """Answers from the request's own words; also what serves all visitors with it. `broken` maps a checkpoint to the
    error that it raises; the `blind` see no names."""

    def __init__(self) -> None:
        self.catalog = load_catalog()
        self.library = FakeLibrary(self.catalog)
        self.job_store = JobStore()
        self.calls: list[tuple[str, str, Sequence[Request]]] = []
        self.broken: dict[str, PlaygroundError] = {}
        self.blind: set[str] = set()
        self.in_use: set[str] = set()
        self.unloaded: set[str] = set()

    def of(self, visitor: str = "", told: Told | None = None) -> Visit:
        one = copy.copy(self)
        one.catalog = self.catalog.of(visitor)
        one.library = copy.copy(self.library)
        one.library.catalog = one.catalog
        return Visit(one, one.library, OwnJobs(self.job_store, one, one.library, visitor))

    @property
    def jobs(self) -> Jobs:
        return self.of().jobs

    def run(self, task: str, checkpoint: str, requests: Sequence[Request]) -> list[Result]:
        self.calls.append((task, checkpoint, tuple(requests)))
        self.catalog.require(task, checkpoint)
        if checkpoint in self.broken:
            raise self.broken[checkpoint]
        answers = [self._answer(checkpoint, request) for request in requests]
        if task == "token-classification" and checkpoint in self.blind:
            return [replace(answer, entities=()) for answer in answers]
        return answers

    def stream(
        self,
        task: str,
        checkpoint: str,
        requests: Iterable[Request | PlaygroundError],
        stopped: Callable[[], bool] | None = None,
    ) -> Iterator[Result | PlaygroundError]:
        for request in requests:
            try:
                yield request if isinstance(request, PlaygroundError) else self.run(task, checkpoint, [request])[0]
            except InputError as e:
                yield e

    def status(self) -> EngineStatus:
        rows = tuple(
            CheckpointStatus(row.id, 22_700_000, 6, row.id not in self.unloaded, 24_000_000) for row in self.catalog
        )
        return EngineStatus("cpu", "float32", 70_000_000, 2_000_000_000, rows)

    def metrics(self) -> str:
        return "# of the engine\n"

    def tokenize(self, checkpoint: str, text: str) -> Tokenized:
        if not text.strip():
            raise EmptyTextError("The text is empty.", "It needs at least one visible character.")
        if len(text) > LIMIT:
            raise InputError("The text is too long.", "Shorten it.")
        words = [match.span() for match in re.finditer(r"\S+", text)]
        pieces = [Piece(text[start:end].lower(), 1000 + n, start, end) for n, (start, end) in enumerate(words)]
        ends = Piece("[CLS]", 101, 0, 0, True), Piece("[SEP]", 102, 0, 0, True)
        return Tokenized(checkpoint, text, (ends[0], *pieces, ends[1]), 30_522, 512)

    def find_pieces(self, checkpoint: str, wanted: str) -> tuple[int, Sequence[tuple[str, int]]]:
        return 2, [(wanted, 7), (f"{wanted}s", 8)]

    def unload(self, checkpoint: str) -> bool:
        if checkpoint in self.in_use:
            return False
        self.unloaded.add(checkpoint)
        return True

    def _answer(self, checkpoint: str, request: Request) -> Result:
        fields = [field for field in task_of(request).fields if not field.several and not field.optional]
        texts = [getattr(request, field.name) for field in fields]
        if not all(text.strip() for text in texts):
            raise EmptyTextError("The text is empty.", "It needs at least one visible character.")
        if (longest := max(map(len, texts))) > LIMIT:
            raise InputError(f"The text has {longest:,} characters; up to {LIMIT:,} are allowed.", "Shorten it.")
        timing = Timing(0.1, 0.2, 3.0, 0.3)
        provenance = Provenance(checkpoint, "1", "float32", "cpu", len(texts[0].split()), timing)
        answer = ANSWERS.get(type(request)) or ANSWERS[task_of(request).result]
        return answer(request, provenance)


def fill_mask(request: FillMaskRequest, provenance: Provenance) -> Result:
    fills = (Fill("paris", 0.75, 1), Fill("<b>lyon</b>", 0.25, 2))
    masks = tuple(MaskFills(*gap.span(), fills, 0.8) for gap in re.finditer("___", request.text))
    if not masks:
        raise InputError("The text has no gap.", "Write ___ where a word is hidden.")
    return FillMaskResult(request.text, masks, provenance)


def candidate_ranking(request: CandidateRankingRequest, provenance: Provenance) -> Result:
    start = request.text.find("___")
    if start < 0:
        raise InputError("The text has no gap.", "Type ___ where the words go.")
    share = 1 / len(request.candidates)
    found = tuple(Candidate(word, (word[:2], "##" + word[2:]), -3.5, share) for word in request.candidates)
    return CandidateRankingResult(request.text, start, start + 3, found, provenance)


def pseudo_likelihood(request: PseudoLikelihoodRequest, provenance: Provenance) -> Result:
    pieces = []
    for n, word in enumerate(request.text.split()):
        start = request.text.index(word)
        fills = (Fill("<b>the</b>", 0.5, 1),)
        pieces.append(ScoredPiece(word, start, start + len(word), n, -float(n), n + 1, 2.5, fills))
    if request.shown:
        names = {n: "[MASK]" if id is None else f"piece{id}" for n, id in sorted(request.shown, key=lambda one: one[0])}
        pieces = [replace(pieces[n], shown=name) for n, name in names.items()]
    return PseudoLikelihoodResult(request.text, tuple(pieces), provenance)


SWAPPED = ("carpet", "book", "reads")  # in its examples


def replaced_token_detection(request: ReplacedTokenDetectionRequest, provenance: Provenance) -> Result:
    tokens = []
    for n, match in enumerate(re.finditer(r"\S+", request.text)):
        tokens.append(JudgedToken(*match.span(), match.group(), n, 0.9 if match.group() in SWAPPED else 0.1))
    return ReplacedTokenDetectionResult(request.text, tuple(tokens), provenance)


def token_classification(request: TokenClassificationRequest, provenance: Provenance) -> Result:
    word = request.text.split()[0]
    start = request.text.index(word)
    entity = Entity("PER", start, start + len(word), word, 0.9)
    return TokenClassificationResult(request.text, (entity,) if word.istitle() else (), (), provenance)


def question_answering(request: QuestionAnsweringRequest, provenance: Provenance) -> Result:
    word = request.context.split()[0]
    answer = Answer(word, 0, len(word), 0.8)
    no_answer = 0.95 if "bee" in request.question else 0.1
    windows = (PassageWindow(0, len(request.context), 0.8, no_answer),)
    offsets = np.array([match.span() for match in re.finditer(r"\S+", request.context)])
    curve = np.full(len(offsets), (1 - no_answer) / len(offsets))
    return QuestionAnsweringResult(
        request.question, request.context, (answer,), no_answer, windows, offsets, curve, curve, provenance
    )


def feature_extraction(request: FeatureExtractionRequest, provenance: Provenance) -> Result:
    layers = np.random.default_rng(len(request.text)).normal(size=(7, 384)).astype(np.float32)
    layers /= np.linalg.norm(layers, axis=1, keepdims=True)
    return FeatureExtractionResult(request.text, layers[request.layer], provenance)


def sentence_similarity(request: SentenceSimilarityRequest, provenance: Provenance) -> Result:
    return SentenceSimilarityResult(request.text_a, request.text_b, 0.54, provenance)


def word_in_context(request: WordInContextRequest, provenance: Provenance) -> Result:
    start = request.text.lower().find(request.word.lower())
    if start < 0:
        raise InputError(f"The word “{request.word}” is not in the text.", "Spell it exactly as in the text.", "word")
    vectors = np.random.default_rng(len(request.text)).normal(size=(7, 384)).astype(np.float32)
    end = start + len(request.word)
    return WordInContextResult(request.text, request.text[start:end], start, end, vectors, provenance)


def text_classification(request: Any, provenance: Provenance) -> Result:
    labels = (LabelScore("positive", 0.7), LabelScore("negative", 0.3))
    text, *other = (getattr(request, field.name) for field in task_of(request).fields)
    return TextClassificationResult(text, labels, provenance, *other)


def zero_shot(request: ZeroShotClassificationRequest, provenance: Provenance) -> Result:
    share = 1 / len(request.candidate_labels)
    labels = tuple(LabelScore(label, share) for label in request.candidate_labels)
    return TextClassificationResult(request.text, labels, provenance)


def attention(request: AttentionRequest, provenance: Provenance) -> Result:
    tokens = ("[CLS]", *request.text.split(), "[SEP]")
    weights = np.random.default_rng(0).random((6, 12, len(tokens), len(tokens)))
    weights /= weights.sum(-1, keepdims=True)
    offsets = ((0, 0), *(match.span() for match in re.finditer(r"\S+", request.text)), (0, 0))
    far, first = (weights.mean((-1, -2)) * size for size in (3, 1))
    every = AttentionResult(tokens, tokens, offsets, weights.astype(np.float16), far, first, provenance)
    return select(every, request)


def hidden_states(request: HiddenStatesRequest, provenance: Provenance) -> Result:
    words = [match.span() for match in re.finditer(r"\S+", request.text)]
    tokens = ("[CLS]", *(request.text[start:end] for start, end in words), "[SEP]")
    offsets = ((0, 0), *words, (0, 0))
    if request.poolings:
        tokens, offsets = request.poolings, ((0, 0),) * len(request.poolings)
    shape = (1, len(tokens), 96) if request.neurons else (7, len(tokens), 384)
    states = np.random.default_rng(len(request.text)).normal(size=shape).astype(np.float32)
    return HiddenStatesResult(tokens, tokens, offsets, states, provenance)


def logit_lens(request: LogitLensRequest, provenance: Provenance) -> Result:
    words = [match.span() for match in re.finditer(r"\S+", request.text)]
    labels = ("[CLS]", *(request.text[start:end] for start, end in words), "[SEP]")
    fills = tuple((Fill("paris", (n + 1) / 10, 1), Fill("lyon", 0.05, 2)) for n in range(7))
    followed = tuple(
        FollowedWord(word, (90, 70, 50, 9, 2, 1, 1), tuple((n + 1) / 10 for n in range(7)))
        for word in request.words or ("paris",)
    )
    gaps = tuple(LensGap(*match.span(), fills, followed) for match in PLACEHOLDER.finditer(request.text))
    scores = np.random.default_rng(0).random((7, len(labels))).astype(np.float32)
    return LogitLensResult(
        request.text, gaps, labels, ((0, 0), *words, (0, 0)), (labels,) * 7, scores, False, provenance
    )


def attribution(request: AttributionRequest, provenance: Provenance) -> Result:
    words = tuple(
        AttributedWord(segment, *match.span(), match.group(), (-1) ** n / (n + 1))
        for segment, text in enumerate((request.text, request.text_pair))
        if not segment or request.target.task != "sentence-similarity"
        for n, match in enumerate(re.finditer(r"\S+", text))
    )
    value = sum(word.effect for word in words)
    return AttributionResult(
        request.text,
        request.text_pair,
        request.target.words,
        request.method,
        value,
        0.0,
        words,
        0.0,
        request.steps,
        provenance,
    )


def ablation(request: AblationRequest, provenance: Provenance) -> Result:
    shape = {"heads": (6, 12), None: (0, 0)}.get(request.each, (6, 1))
    falls = np.random.default_rng(len(request.text)).normal(0, 0.1, shape).astype(np.float32)
    off = len(request.heads) + len(request.layers) + len(request.feed_forwards)
    return AblationResult(
        request.text,
        request.text_pair,
        request.target.words,
        0.9,
        0.9 / (1 + off),
        2.0,
        2.0 / (1 + off),
        request.each,
        falls,
        10 * falls,
        provenance,
        best_before=True,
        best_after=off < 20,
        best_without=falls < 0.1,
    )


ANSWERS: dict[type[Any], Callable[[Any, Provenance], Result]] = {  # by request, or by the result of several tasks
    FillMaskRequest: fill_mask,
    CandidateRankingRequest: candidate_ranking,
    PseudoLikelihoodRequest: pseudo_likelihood,
    ReplacedTokenDetectionRequest: replaced_token_detection,
    TokenClassificationRequest: token_classification,
    QuestionAnsweringRequest: question_answering,
    FeatureExtractionRequest: feature_extraction,
    SentenceSimilarityRequest: sentence_similarity,
    WordInContextRequest: word_in_context,
    TextClassificationResult: text_classification,
    ZeroShotClassificationRequest: zero_shot,
    AttentionRequest: attention,
    HiddenStatesRequest: hidden_states,
    LogitLensRequest: logit_lens,
    AttributionRequest: attribution,
    AblationRequest: ablation,
    ForwardPassRequest: passed,
}
