"""candidate-ranking: the user's own words in the gap of a sentence, of one piece or of many.

A word's probability is the product over its pieces, each read with itself and the rest of the word hidden.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import softmax

from core.errors import InputError
from core.models.model import LoadedModel
from core.models.tokenizer import Tokenizer
from core.models.vocabulary import PieceOutput, read_asked
from core.runtime.batch import Answered, Batch, Encoded
from core.tasks.candidate_ranking.schema import Candidate, CandidateRankingRequest, CandidateRankingResult
from core.tasks.pseudo_likelihood.run import Part, hide
from core.tasks.spec import check_text
from core.text.phrases import quoted
from core.text.spans import PLACEHOLDER, Span

MOST_CANDIDATES = 50
LONGEST_CANDIDATE = 100  # characters


def encode(request: CandidateRankingRequest, model: LoadedModel) -> Encoded:
    """One row per token of each candidate. `plan` is the gap and the ids of each candidate's pieces."""
    gaps = [match.span() for match in PLACEHOLDER.finditer(request.text)]
    if len(gaps) != 1:
        raise InputError(f"The text has {len(gaps)} gaps; it needs exactly one.", "Type ___ where the words go.")
    check_candidates(request.candidates)
    each = [hidden_in_turn(request.text, gaps[0], word, model.tokenizer) for word in request.candidates]
    parts = [part for parts in each for part in parts]
    plan = gaps[0], [tuple(piece for _, asked in parts for _, piece in asked) for parts in each]
    return Encoded(tuple(row for row, _ in parts), plan=plan, asked=tuple(asked for _, asked in parts))


def check_candidates(candidates: tuple[str, ...]) -> None:
    """Raises InputError unless there are 1 to MOST_CANDIDATES different words."""
    if not 1 <= len(candidates) <= MOST_CANDIDATES:
        raise InputError(f"There are {len(candidates)} candidates.", f"Enter 1 to {MOST_CANDIDATES}.")
    if len(set(candidates)) < len(candidates):
        raise InputError("The same candidate appears twice.", "Use each one once.")
    for word in candidates:
        check_text(word, "candidate", LONGEST_CANDIDATE)


def hidden_in_turn(text: str, gap: Span, word: str, tokenizer: Tokenizer) -> list[Part]:
    """The text with `word` in the gap: a row for each piece of it, that piece and those behind it hidden."""
    start, end = gap[0], gap[0] + len(word)
    pieces = tokenizer.pieces(text[: gap[0]] + word + text[gap[1] :])
    inside = [n for n, (s, e) in enumerate(pieces.offsets) if s < end and e > start]
    if not inside:
        raise InputError(f"{quoted(word)} contains nothing this model can read.", "Choose another word.")
    return [hide(tokenizer, pieces, n, inside[-1] + 1) for n in inside]


def forward(model: LoadedModel, batch: Batch) -> Sequence[PieceOutput]:
    """What the model makes of each piece."""
    return read_asked(model, batch, 1)


def decode(answered: Answered[CandidateRankingRequest]) -> CandidateRankingResult:
    """The candidates, most probable first, with their shares among each other."""
    (start, end), words = answered.encoded.plan
    each = np.array([float(output.log_probability[0]) for output in answered.outputs])
    firsts = np.cumsum([0, *(len(word) for word in words[:-1])])
    totals = np.add.reduceat(each, firsts)  # (candidates,)
    found = [
        Candidate(text, answered.model.tokenizer.spelled(word), float(total), float(share))
        for text, word, total, share in zip(answered.request.candidates, words, totals, softmax(totals), strict=True)
    ]
    ranked = tuple(sorted(found, key=lambda candidate: -candidate.log_probability))
    return CandidateRankingResult(answered.request.text, start, end, ranked, answered.provenance)
