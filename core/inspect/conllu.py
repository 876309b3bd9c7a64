"""Sentences with their heads from a CoNLL-U file (universaldependencies.org/format.html), read strictly.

Words that are written as one, such as “don't”, share the characters of what is written if they do not divide them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.errors import InputError
from core.inspect.grammar import ParsedSentence, ParsedWord
from core.inspect.phrases import PAST, PLURAL, PRESENT, SINGULAR
from core.text.phrases import shorten
from core.text.spans import Span

MOST_BYTES, MOST_SENTENCES, MOST_WORDS = 20_000_000, 20_000, 300  # words of a sentence
COLUMNS = 10
HINT = "See universaldependencies.org/format.html, or write the file again with the tool that made it."
NUMBERS, TENSES = {"Sing": SINGULAR, "Plur": PLURAL}, {"Pres": PRESENT, "Past": PAST}


@dataclass(frozen=True)
class _Line:
    """One word of the file."""

    number: int
    form: str
    pos: str
    features: dict[str, str]
    head: int
    relation: str
    glued: bool  # no blank behind it


@dataclass
class _Block:
    """The lines of a sentence: its words, and what is written for several of them, by the first: how many, how."""

    first: int
    words: list[_Line] = field(default_factory=list)
    joined: dict[int, tuple[int, str, bool]] = field(default_factory=dict)


def read_conllu(content: bytes) -> tuple[ParsedSentence, ...]:
    """The sentences of a file; InputError names the line that is not as it must be."""
    if len(content) > MOST_BYTES:
        limit = f"{MOST_BYTES // 1_000_000} MB"
        raise InputError(f"The file has {len(content) / 1e6:.0f} MB; up to {limit} are read.", "Use a part of it.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise InputError("The file is not in UTF-8.", "Save it as UTF-8, uncompressed.") from e
    found = tuple(_sentence(block) for block in _blocks(text.split("\n")))
    if not found:
        raise InputError("There is no sentence in the file.", HINT)
    return found


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    """The sentences, which blank lines separate."""
    count, block = 0, _Block(1)
    for number, line in enumerate((*lines, ""), 1):
        bare = line.removesuffix("\r")
        if bare.startswith("#"):
            continue
        if bare:
            _take(block, number, bare)
        elif block.words:
            if (count := count + 1) > MOST_SENTENCES:
                raise InputError(f"The file has more than {MOST_SENTENCES:,} sentences.", "Use a part of it.")
            yield block
        if not bare:
            block = _Block(number + 1)


def _take(block: _Block, number: int, line: str) -> None:
    """Adds a line to its sentence."""
    cells = line.split("\t")
    if len(cells) != COLUMNS:
        message = f"Line {number:,} has {len(cells)} columns; CoNLL-U has {COLUMNS}, separated by tabs."
        raise InputError(message, HINT)
    id, form, _, pos, _, features, head, relation, _, rest = cells
    glued = "SpaceAfter=No" in rest.split("|")
    first, dash, last = id.partition("-")
    if dash and first.isdecimal() and last.isdecimal() and int(first) == len(block.words) + 1 <= int(last):
        block.joined[len(block.words)] = int(last) - int(first) + 1, form, glued
    elif "." not in id:  # those with a point are not in the text
        if not id.isdecimal() or int(id) != len(block.words) + 1:
            message = f"Line {number:,} begins with {shorten(id)}; word {len(block.words) + 1} is expected here."
            raise InputError(message, HINT)
        if len(block.words) == MOST_WORDS:
            message = f"The sentence on line {block.first:,} has more than {MOST_WORDS} words."
            raise InputError(message, "Leave it out.")
        if not head.isdecimal():
            raise InputError(f"Line {number:,} has {shorten(head)} for its head, which must be a number.", HINT)
        if not form.strip() or not relation.strip("_"):
            raise InputError(f"Line {number:,} lacks the word or its relation.", HINT)
        named = dict(one.split("=", 1) for one in features.split("|") if "=" in one)
        block.words.append(_Line(number, form, pos, named, int(head) - 1, relation, glued))


def _sentence(block: _Block) -> ParsedSentence:
    """The text of a sentence, as it was written, and its words; their heads must lead to a root."""
    _check_heads(block)
    text, spans = _written(block)
    words = tuple(
        ParsedWord(text[start:end], start, end, line.pos, line.head, line.relation)
        for line, (start, end) in zip(block.words, spans, strict=True)
    )
    root = next(n for n, line in enumerate(block.words) if line.head < 0)
    below = [line for line in block.words if line.head == root]
    subject = next((line for line in below if line.relation in ("nsubj", "nsubj:pass")), None)
    verbs = [block.words[root], *(line for line in below if line.pos == "AUX")]
    finite = next((one.features.get("Tense", "") for one in verbs if one.features.get("VerbForm") == "Fin"), "")
    number = NUMBERS.get(subject.features.get("Number", ""), "") if subject else ""
    return ParsedSentence(text, words, number, TENSES.get(finite, ""))


def _check_heads(block: _Block) -> None:
    """InputError unless every word leads from head to head to the only root."""
    heads = [line.head for line in block.words]
    where = f"The sentence on line {block.first:,}"
    for line in block.words:
        if line.head >= len(heads):
            raise InputError(f"Line {line.number:,} has head {line.head + 1}; there are {len(heads)} words.", HINT)
    if (roots := sum(head < 0 for head in heads)) != 1:
        raise InputError(f"{where} has {roots} words without a head (0); it must be one.", HINT)
    good = [head < 0 for head in heads]
    for start in range(len(heads)):
        seen: list[int] = []
        here = start
        while not good[here] and len(seen) <= len(heads):
            seen.append(here)
            here = heads[here]
        if not good[here]:
            raise InputError(f"{where} has heads that lead in a circle.", HINT)
        for one in seen:
            good[one] = True


def _written(block: _Block) -> tuple[str, list[Span]]:
    """The text, and where each word stands in it."""
    text, n = "", 0
    spans: list[Span] = []
    while n < len(block.words):
        line = block.words[n]
        count, form, glued = block.joined.get(n, (1, line.form, line.glued))
        forms = [one.form for one in block.words[n : n + count]]
        start = len(text)
        text += form + ("" if glued else " ")
        if "".join(forms) == form:
            ends = [start + sum(map(len, forms[: k + 1])) for k in range(len(forms))]
            spans += zip([start, *ends], ends, strict=False)
        else:
            spans += [(start, start + len(form))] * len(forms)
        n += count
    return text.rstrip(" "), spans
