"""The `___` placeholder: a text with a tokenizer's own mask tokens in the gaps, and the way back."""

from dataclasses import dataclass

from core.text.spans import PLACEHOLDER, Span


@dataclass(frozen=True)
class MaskedText:
    """A text with the tokenizer's own mask token for each placeholder, and the way back to the text as typed."""

    text: str
    placeholders: tuple[Span, ...]  # in the text as typed
    masks: tuple[Span, ...]  # in `text`

    def original(self, position: int) -> int:
        """The character of the text as typed that stands at `position` of `text`."""
        shift = 0
        for (start, end), (mask_start, mask_end) in zip(self.placeholders, self.masks, strict=True):
            if position >= mask_end:
                shift = end - mask_end
            elif position > mask_start:
                return start
        return position + shift


def place_masks(text: str, mask_token: str) -> MaskedText:
    """`text` with every placeholder, of whichever family, replaced by `mask_token`."""
    placeholders = tuple(m.span() for m in PLACEHOLDER.finditer(text))
    parts, masks, last, length = [], [], 0, 0
    for start, end in placeholders:
        parts += [text[last:start], mask_token]
        length += start - last
        masks.append((length, length + len(mask_token)))
        length += len(mask_token)
        last = end
    return MaskedText("".join([*parts, text[last:]]), placeholders, tuple(masks))
