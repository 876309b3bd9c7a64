"""How a snippet tells which pieces make up a word: the same way whatever the tokenizer, as `core.tokenization` does."""

WORD = '''\
def word(token_id, before):
    """The piece as a reader would write it, ## before it if it continues the word that the pieces `before` end with."""
    before = before[-4:]  # a character has no more pieces
    text, left = tokenizer.decode(token_id).strip(), tokenizer.decode(before)
    right = tokenizer.decode([*before, token_id])[len(left) :]
    inside = all(c and unicodedata.category(c)[0] in "LMN" for c in (text[:1], left[-1:], right[:1]))
    return f"##{text}" if inside else text


'''

SPANS = """\
spans = []  # without the blanks at their ends, which some count to the piece behind them
for start, end in offsets:
    start += len(text[start:end]) - len(text[start:end].lstrip())
    spans.append((start, start + len(text[start:end].rstrip())))
"""

JOINED = '''\
def is_letter(character):
    """Whether it is part of a word."""
    return unicodedata.category(character)[0] in "LMN"


def joined(n):
    """Whether piece n is of the same word as the piece before it; a punctuation mark counts as a word."""
    if word_ids[n] is None or word_ids[n] != word_ids[n - 1]:
        return False
    (last_start, last_end), (start, end) = spans[n - 1], spans[n]
    inside = end <= last_end or start == end or last_start == last_end  # of one character, or a blank alone
    return inside or (is_letter(text[last_end - 1]) and is_letter(text[start]))


'''
