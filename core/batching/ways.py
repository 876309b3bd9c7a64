"""Which texts go through a network together, and how many tokens are computed for them."""

from collections.abc import Sequence

Batches = tuple[tuple[int, ...], ...]  # numbers of texts, by forward pass
TOGETHER = 32  # texts of a batch, where texts are counted
ALONE, TO_THE_LONGEST, AS_THEY_COME, SORTED, PACKED = "alone", "longest", "come", "sorted", "packed"
PLAYGROUND, CACHE = "playground", "cache"
PLANNED = (ALONE, TO_THE_LONGEST, AS_THEY_COME, SORTED, PACKED)  # that a plain network reads
WAYS = (*PLANNED, PLAYGROUND, CACHE)


def batches_of(way: str, lengths: Sequence[int], budget: int) -> Batches:
    """The forward passes of one of PLANNED for texts of so many tokens; `budget` are the most tokens of a batch with
    its padding where they are packed."""
    order = range(len(lengths))
    if way == ALONE:
        return tuple((n,) for n in order)
    by_length = sorted(order, key=lambda n: (-lengths[n], n))
    if way == PACKED:
        return packed(by_length, lengths, budget)
    inward = by_length if way == SORTED else list(order)
    return tuple(tuple(inward[n : n + TOGETHER]) for n in range(0, len(inward), TOGETHER))


def packed(longest_first: Sequence[int], lengths: Sequence[int], budget: int) -> Batches:
    """Texts of like length, as many as fit into `budget` tokens when all are as long as the first."""
    found: list[list[int]] = []
    for n in longest_first:
        if found and lengths[found[-1][0]] * (len(found[-1]) + 1) <= budget:
            found[-1].append(n)
        else:
            found.append([n])
    return tuple(map(tuple, found))


def widths(way: str, batches: Batches, lengths: Sequence[int]) -> tuple[int, ...]:
    """To how many tokens each batch is padded."""
    if way == TO_THE_LONGEST:
        return (max(lengths, default=0),) * len(batches)
    return tuple(max(lengths[n] for n in batch) for batch in batches)


def waste(way: str, lengths: Sequence[int], budget: int) -> float:
    """The share of all computed tokens that is padding, in [0, 1)."""
    batches = batches_of(way, lengths, budget)
    computed = sum(len(batch) * width for batch, width in zip(batches, widths(way, batches, lengths), strict=True))
    return 1 - sum(lengths) / computed if computed else 0.0
