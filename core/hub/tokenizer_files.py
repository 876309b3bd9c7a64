"""Files of a stranger's tokenizer: bounds of what they hold, and no rule that could make a short text long to read."""

import base64
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from sentencepiece import SentencePieceProcessor

from core.checkpoints.reading import HINT, check_plain, check_size, read_object, shown, walk
from core.errors import CapacityError, ModelLoadError
from core.text.phrases import listed

MOST_PIECES = 1_000_000
MOST_CHARACTERS = 6_000_000  # of all pieces together
LONGEST_PIECE = 1_000  # characters
MOST_ADDED = 5_000
MOST_STEPS = 24  # of one normalizer, pre-tokenizer, template or decoder
MOST_STEPS_INSIDE = 100  # of all lists in it together
LONGEST_PATTERN = 1_000  # characters
MOST_GROWTH = 8  # times that replacing may lengthen a text
LONGEST_WORD = 200  # characters that WordPiece reads together, in a time that grows with their cube
LONGEST_SIGN = 16  # characters before or behind a token that mark where in a word it is
BYTES = 4  # of one character, which ByteLevel writes as a character each
ONCE = ("Precompiled", "BertNormalizer")  # steps that may lengthen a text and change nothing more the second time
LONGEST_EXPANSION = 64  # bytes that a table of characters may put in place of one
WITHOUT_JSON = ("vocab.txt", "merges.txt")
CLASSES = {  # of tokenizers that a checkpoint may name, with or without "Fast" behind them
    *("AlbertTokenizer", "BertTokenizer", "BigBirdTokenizer", "CamembertTokenizer", "DebertaTokenizer"),
    *("DebertaV2Tokenizer", "DistilBertTokenizer", "ElectraTokenizer", "GPT2Tokenizer", "GemmaTokenizer"),
    *("LongformerTokenizer", "MPNetTokenizer", "MobileBertTokenizer", "PreTrainedTokenizer", "RobertaTokenizer"),
    *("SqueezeBertTokenizer", "TokenizersBackend", "XLMRobertaTokenizer"),
}

# Expressions that tokenizers of transformers write for themselves.
WORDS = r"\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SHORT_FORMS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?"
KNOWN_PATTERNS = {
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+""",
    SHORT_FORMS + WORDS,
    SHORT_FORMS + WORDS.replace("{1,3}", ""),
}
# Others may repeat one character or class, at their end, where nothing behind it can make the search go back.
ATOM = r"(?:\\[nrtsSdDwW]|\\[pP]\{\w{1,20}\}|\\[^\w]|\[(?:\\.|[^\\\[\]]){1,40}\]|[^\\\[\](){}?*+|^$.])"
SIMPLE = re.compile(rf"(?:{ATOM}{{0,8}}{ATOM}(?:\+|\*|\{{\d{{1,3}},?\d{{0,3}}\}})?)(?:\|(?:{ATOM}{{0,8}}{ATOM}[+]?))*")
ESCAPED = re.compile(r"\\.")
NO_TIMES = re.compile(r"\*|\{0")  # behind what an expression may leave out


def check_tokenizer(folder: Path) -> None:
    """ModelLoadError or CapacityError names what is wrong with the files of a tokenizer."""
    check_class("config.json", read_object(folder / "config.json"))
    refuse_code_in("tokenizer_config.json", read_object(folder / "tokenizer_config.json"))
    check_marks("special_tokens_map.json", read_object(folder / "special_tokens_map.json"))
    added = read_object(folder / "added_tokens.json")
    check_pieces("added_tokens.json", added, MOST_ADDED)
    if (folder / "tokenizer.json").exists():
        check_backend(read_object(folder / "tokenizer.json"))
    check_pieces("vocab.json", read_object(folder / "vocab.json"))
    for name in WITHOUT_JSON:
        if (folder / name).exists():
            check_size(name, check_plain(folder / name))
            lines = (folder / name).read_bytes().decode("utf-8", "replace").split("\n")
            check_pieces(name, lines)
    for file in folder.glob("*.model"):
        check_sentencepiece(file)


def check_class(name: str, settings: dict[str, Any]) -> None:
    """ModelLoadError if a file asks for a tokenizer of a kind that is not for encoders of the family."""
    named = settings.get("tokenizer_class")
    if named is not None and (not isinstance(named, str) or named.removesuffix("Fast") not in CLASSES):
        message = f"`tokenizer_class` in {name} is {shown(named, 40)!r}, which is not supported here."
        raise ModelLoadError(message, f"Supported: {listed(sorted(CLASSES))}.")


def refuse_code_in(name: str, settings: dict[str, Any]) -> None:
    """Checks tokenizer_config.json: no code, no arguments for it, not too many added tokens."""
    check_class(name, settings)
    if settings.get("auto_map"):
        message = f"{name} refers to its own code (`auto_map`)."
        raise ModelLoadError(message, "Code from models is never run here.")
    for field in ("init_inputs", "gguf_file", "tokenizer_object"):
        if settings.get(field):
            raise ModelLoadError(f"`{field}` is set in {name}; it must be left out.", HINT)
    added = settings.get("added_tokens_decoder")
    if added is not None and not isinstance(added, dict):
        raise ModelLoadError(f"`added_tokens_decoder` in {name} is not an object.", HINT)
    check_pieces(name, (one.get("content") for one in (added or {}).values() if isinstance(one, dict)), MOST_ADDED)
    check_marks(name, settings)


def check_marks(name: str, marks: dict[str, Any]) -> None:
    """Checks the special tokens that a file names: a text each, or an object with one."""
    for field, mark in marks.items():
        if isinstance(mark, list) and field.endswith("special_tokens"):
            check_pieces(name, (content_of(one) for one in mark), MOST_ADDED)
        elif field.endswith("_token") and mark is not None and not isinstance(mark, bool):
            if not isinstance(content := content_of(mark), str):
                raise ModelLoadError(f"`{shown(field)}` in {name} is not a text.", HINT)
            check_pieces(name, [content])


def content_of(mark: Any) -> Any:
    """The text of a special token, however it is written."""
    return mark.get("content") if isinstance(mark, dict) else mark


def check_pieces(name: str, pieces: Iterable[Any], most: int = MOST_PIECES) -> None:
    """Checks a vocabulary or a list of added tokens: how many, how long, how long together."""
    number = characters = 0
    for piece in pieces:
        if not isinstance(piece, str):
            raise ModelLoadError(f"A token in {name} is {shown(piece, 40)}; it must be a text.", HINT)
        number, characters = number + 1, characters + len(piece)
        if len(piece) > LONGEST_PIECE:
            raise CapacityError(f"A token in {name} has more than {LONGEST_PIECE:,} characters.", HINT)
        if number > most:
            raise CapacityError(f"{name} contains more than {most:,} tokens.", "Choose another model.")
        if characters > MOST_CHARACTERS:
            raise CapacityError(f"The tokens of {name} have more than {MOST_CHARACTERS:,} characters.", HINT)


def check_backend(backend: dict[str, Any]) -> None:
    """Checks tokenizer.json."""
    name, model = "tokenizer.json", backend.get("model")
    if not isinstance(model, dict):
        raise ModelLoadError(f"{name} has no `model`.", HINT)
    added = backend.get("added_tokens") or []
    if not isinstance(added, list) or not all(isinstance(one, dict) for one in added):
        raise ModelLoadError(f"`added_tokens` in {name} is not a list of objects.", HINT)
    check_pieces(name, (one.get("content") for one in added), MOST_ADDED)
    check_vocabulary(name, model)
    for part in ("normalizer", "pre_tokenizer", "post_processor", "decoder"):
        check_steps(part, backend.get(part))
    if growth(backend.get("normalizer")) * growth(backend.get("pre_tokenizer")) > MOST_GROWTH:
        raise ModelLoadError(f"The tokenizer makes texts more than {MOST_GROWTH} times as long.", HINT)


def check_vocabulary(name: str, model: dict[str, Any]) -> None:
    """Checks the model inside tokenizer.json: WordPiece, BPE, Unigram or WordLevel."""
    vocabulary, merges = model.get("vocab"), model.get("merges") or []
    if isinstance(vocabulary, list):
        pairs = all(isinstance(one, list) and len(one) == 2 for one in vocabulary)
        vocabulary = [one[0] for one in vocabulary] if pairs else None
    if not isinstance(vocabulary, (dict, list)) or not vocabulary:
        raise ModelLoadError(f"{name} has no vocabulary.", HINT)
    check_pieces(name, vocabulary)
    if not isinstance(merges, list):
        raise ModelLoadError(f"`merges` in {name} is not a list.", HINT)
    check_pieces(name, (" ".join(map(str, one)) if isinstance(one, list) else one for one in merges))
    longest = model.get("max_input_chars_per_word", 100)
    if type(longest) is not int or not 1 <= longest <= LONGEST_WORD:
        message = f"`max_input_chars_per_word` is {shown(longest, 30)}; it must be between 1 and {LONGEST_WORD:,}."
        raise ModelLoadError(message, HINT)
    for field in ("continuing_subword_prefix", "end_of_word_suffix"):
        sign = model.get(field)
        if sign is not None and not (isinstance(sign, str) and len(sign) <= LONGEST_SIGN):
            message = f"`{field}` is {shown(sign, 40)}; it must be a text of up to {LONGEST_SIGN} characters."
            raise ModelLoadError(message, HINT)
    if model.get("dropout"):
        raise ModelLoadError("`dropout` is set in tokenizer.json: a text would be read differently each time.", HINT)


def check_steps(part: str, steps: Any) -> None:
    """Checks a normalizer, pre-tokenizer, template or decoder: how many steps, and what each may do to a text."""
    found = [step for _, step in walk(steps)]
    lists = [len(step) for step in found if isinstance(step, list)]
    for number, most in ((max(lists, default=0), MOST_STEPS), (sum(lists), MOST_STEPS_INSIDE)):
        if number > most:
            raise CapacityError(f"The {part} has {number:,} steps; up to {most} are allowed.", HINT)
    for step in found:
        if not isinstance(step, dict):
            continue
        if (pattern := step.get("Regex")) is not None:
            check_pattern(part, pattern)
        if step.get("type") == "Replace":
            refuse_empty_match(part, step.get("pattern"))
        if step.get("type") == "Precompiled":
            check_characters(part, step.get("precompiled_charsmap"))
    kinds = [step.get("type") for step in found if isinstance(step, dict)]
    if twice := next((kind for kind in ONCE if kinds.count(kind) > 1), None):
        raise ModelLoadError(f"The {part} has the step {twice} more than once.", HINT)
    if growth(steps) > MOST_GROWTH:
        raise ModelLoadError(f"The {part} makes texts more than {MOST_GROWTH} times as long.", HINT)


def growth(steps: Any) -> int:
    """How many times as long a text may become by replacements and bytes."""
    longer = 1
    for step in (one for _, one in walk(steps) if isinstance(one, dict)):
        kind = step.get("type")
        if kind == "Replace":
            longer *= max(1, len(str(step.get("content"))))
        elif kind == "Prepend":
            longer *= 1 if len(str(step.get("prepend"))) <= MOST_GROWTH else MOST_GROWTH + 1
        elif kind == "ByteLevel":
            longer *= BYTES
        if longer > MOST_GROWTH:
            break
    return longer


def check_pattern(part: str, pattern: Any) -> None:
    """ModelLoadError for a regular expression that could search one text for ever, such as (a+)+$."""
    known = isinstance(pattern, str) and pattern in KNOWN_PATTERNS
    short = isinstance(pattern, str) and len(pattern) <= LONGEST_PATTERN
    if not known and not (short and SIMPLE.fullmatch(pattern)):
        message = f"The {part} searches with “{shown(pattern, 40)}”, an expression that could take forever."
        raise ModelLoadError(message, "Only simple expressions, and those of well-known tokenizers, are run here.")


def refuse_empty_match(part: str, pattern: Any) -> None:
    """ModelLoadError for a replacement whose pattern can match nothing: it would put its content at every place."""
    given = pattern if isinstance(pattern, dict) else {}
    text = str(given.get("String", given.get("Regex", "")))
    if not text or ("Regex" in given and NO_TIMES.search(ESCAPED.sub("", text))):
        raise ModelLoadError(f"The {part} replaces a pattern that can match nothing, “{shown(text, 40)}”.", HINT)


def check_characters(part: str, table: Any) -> None:
    """Checks SentencePiece's table of characters: a double array that stays inside itself, and short replacements.

    Layout: https://github.com/google/sentencepiece/blob/master/src/normalizer.cc, `DecodePrecompiledCharsMap`.
    """
    try:
        content = base64.b64decode(str(table or ""), validate=True)
    except ValueError as e:
        raise ModelLoadError(f"The table of characters in the {part} is damaged.", HINT) from e
    if not content:
        return
    length = int.from_bytes(content[:4], "little")
    units = np.frombuffer(content[4 : 4 + length], np.uint32) if length % 4 == 0 else np.zeros(0, np.uint32)
    replaced = content[4 + length :]
    if not len(units) or len(units) * 4 != length or not replaced.endswith(b"\0"):
        raise ModelLoadError(f"The table of characters in the {part} is damaged.", HINT)
    leaves = units >> 31 == 1
    step = (units >> 10) << ((units & (1 << 9)) >> 6)
    reached = (np.arange(len(units), dtype=np.uint32) ^ step) | 255  # whichever byte of a text comes next
    values = units[leaves] & 0x7FFFFFFF
    if (reached[~leaves] >= len(units)).any() or (values >= len(replaced)).any():
        raise ModelLoadError(f"The table of characters in the {part} points outside itself.", HINT)
    if max(map(len, replaced.split(b"\0"))) > LONGEST_EXPANSION:
        raise ModelLoadError(f"The table of characters in the {part} makes texts far longer.", HINT)


def check_sentencepiece(file: Path) -> None:
    """Checks a SentencePiece model by its own library, before it is made into a fast tokenizer."""
    check_size(file.name, check_plain(file))
    try:
        reader = SentencePieceProcessor()
        reader.LoadFromFile(str(file))
        pieces = [reader.IdToPiece(n) for n in range(min(reader.GetPieceSize(), MOST_PIECES + 1))]
    except (OSError, RuntimeError, ValueError) as e:
        raise ModelLoadError(f"{shown(file.name)} is not a SentencePiece model.", HINT) from e
    check_pieces(shown(file.name), pieces)
