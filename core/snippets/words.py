"""How a snippet tells which pieces make up a word: the same way whatever the tokenizer."""

LETTER = '''\
def is_letter(character):
    """Whether it is part of a word."""
    return character and unicodedata.category(character)[0] in "LMN"


'''

WORD = '''\
BLANKS = ("Ġ", "▁")  # with which a token begins a word
WORD_PIECE = type(tokenizer.backend_tokenizer.decoder).__name__ == "WordPiece"


def word(token_id, typed):
    """The word that a token makes behind the text `typed` and how much of `typed` is part of it; None if it makes none:
    a token that continues a word where there is none to continue, a special token, a part of a character."""
    token, text = tokenizer.convert_ids_to_tokens(token_id), tokenizer.decode([token_id]).strip()
    if token_id in tokenizer.all_special_ids or not text or "\\ufffd" in text:
        return None
    if WORD_PIECE:
        text, continues = text.removeprefix("##"), token.startswith("##")
    else:
        continues = is_letter(text[:1]) and not token.startswith(BLANKS)
    if not continues:
        return text, 0
    before = next((n for n, c in enumerate(reversed(typed)) if not is_letter(c)), len(typed))
    if before and is_letter(text[:1]):
        return typed[-before:] + text, before
    glued = not typed[-1].isspace() if typed else not tokenizer.tokenize("a")[0].startswith(BLANKS)
    return (text, 0) if glued and not WORD_PIECE else None


def words(log_probabilities, typed, most):
    """The best words for a gap behind the text `typed` as (word, how much of `typed` is part of it, log-probability),
    and how many better tokens are no words."""
    found, left_out = [], 0
    for token_id in log_probabilities.argsort(descending=True, stable=True).tolist():
        if made := word(token_id, typed):
            found.append((*made, log_probabilities[token_id].item()))
        else:
            left_out += 1
        if len(found) == most:
            break
    return found, left_out


'''

SPANS = """\
spans = []  # without the blanks at their ends, which some count to the piece behind them
for start, end in offsets:
    start += len(text[start:end]) - len(text[start:end].lstrip())
    spans.append((start, start + len(text[start:end].rstrip())))
"""

JOINED = '''\
def joined(n):
    """Whether piece n is of the same word as the piece before it; a punctuation mark counts as a word."""
    if word_ids[n] is None or word_ids[n] != word_ids[n - 1]:
        return False
    (last_start, last_end), (start, end) = spans[n - 1], spans[n]
    inside = end <= last_end or start == end or last_start == last_end  # of one character, or a blank alone
    return inside or (is_letter(text[last_end - 1]) and is_letter(text[start]))


'''
