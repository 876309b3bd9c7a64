"""Where training starts: word vectors from counts, and heads that look at neighbours.

From random weights a network of this size guesses word frequencies and little else for more than five million tokens
(masked accuracy 0.05). What it lacks is which words are alike and where the next word stands. Counts of the training
text give the first in seconds (PPMI and SVD, Levy and Goldberg 2014, papers.nips.cc/paper/5477). For the second,
positions start as sines and the queries of some heads as those sines turned by one or two tokens; relative positions
need no such help.
"""

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd
from torch import Tensor

COUNTED_TOKENS = 40_000_000
REACH = 3  # tokens to either side that count as company
SMOOTHING = 0.75  # power of the context's frequency, as in word2vec: rare company weighs less
POSITION_SHARE = 4  # the first of so many parts of the embeddings start as sines of the position, the rest as words
OFFSETS = (-1, 1, -2, 2)  # what the heads look at, from the first layer's first on
PEAK = 7.0  # by how much the score of that neighbour exceeds those of the others
DEVIATION = 0.04  # of a word vector's entries
SQUARED = 1.8  # amplitude of a sine after the norm, by itself
FAINT = 0.1  # share of it in the other's dimensions


def count_company(tokens: NDArray[np.uint16], pieces: int) -> NDArray[np.float32]:
    """How often two pieces stand within three tokens of each other: (pieces, pieces), symmetric."""
    counts = np.zeros(pieces * pieces, np.float32)
    tokens = tokens[:COUNTED_TOKENS].astype(np.int64)
    for distance in range(1, REACH + 1):
        for part in np.array_split(tokens[:-distance] * pieces + tokens[distance:], 8):
            counts += np.bincount(part, minlength=len(counts))
    square = counts.reshape(pieces, pieces)
    return square + square.T


def word_vectors(counts: NDArray[np.float32], width: int, seed: int) -> NDArray[np.float32]:
    """Vectors of length √width (pieces, width) from the positive pointwise mutual information of the counts.

    They are turned at random, so that no dimension matters more than another.
    """
    share = counts.sum(axis=1) / counts.sum()
    smooth = share**SMOOTHING / (share**SMOOTHING).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(counts / counts.sum() / (share[:, None] * smooth))
    information = np.nan_to_num(np.maximum(information, 0), nan=0.0, posinf=0.0)
    left, sizes, _ = randomized_svd(information, width, n_iter=3, random_state=seed)
    rng = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(rng.normal(size=(width, width)))
    vectors: NDArray[np.float32] = (left * np.sqrt(sizes) @ turn[: len(sizes)]).astype(np.float32)
    vectors -= vectors.mean(axis=0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unseen = lengths[:, 0] < 1e-6
    vectors[unseen] = rng.normal(size=(int(unseen.sum()), width))
    vectors *= math.sqrt(width) / np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def start_vectors(tokens: NDArray[np.uint16], pieces: int, width: int, seed: int) -> Tensor:
    """Word embeddings to start from (pieces, width), faint in the dimensions of the position."""
    rng = np.random.default_rng(seed)
    first = rng.normal(scale=FAINT, size=(pieces, width // POSITION_SHARE))
    rest = word_vectors(count_company(tokens, pieces), width - width // POSITION_SHARE, seed)
    vectors = (DEVIATION * np.concatenate([first, rest], axis=1)).astype(np.float32)
    return torch.from_numpy(vectors)


def log_frequencies(tokens: NDArray[np.uint16], pieces: int) -> Tensor:
    """The decoder's bias to start from: (pieces,)"""
    counts = np.bincount(tokens[:COUNTED_TOKENS], minlength=pieces) + 1.0
    return torch.from_numpy(np.log(counts / counts.sum())).float()


def frequencies(width: int) -> list[float]:
    """Radians a token of the sines, one for each pair of dimensions, so spread that only the same place is alike.

    The first half of them is spread as evenly as all.
    """
    pairs = width // POSITION_SHARE // 2
    order = [*range(0, pairs, 2), *range(1, pairs, 2)]
    return [math.pi * (n + 0.5) / pairs for n in order]


@torch.no_grad()
def set_positions(positions: Tensor) -> None:
    """Position embeddings (places, width): sines and cosines in the first dimensions, the rest as it is but faint."""
    speeds = frequencies(positions.shape[1])
    places = torch.arange(len(positions))[:, None] * torch.tensor(speeds)  # (places, speeds)
    positions.mul_(FAINT)
    sines = torch.stack([places.sin(), places.cos()], dim=-1).flatten(1)
    positions[:, : sines.shape[1]] = 2 * DEVIATION * sines


@torch.no_grad()
def look_at_neighbours(layers: Any, heads: int, speeds: list[float]) -> None:
    """The first four heads of BERT's layers look at the tokens one and two places away.

    They find the sines of these `speeds` in the first dimensions of a layer's input.
    """
    size, read = layers[0].attention.self.query.weight.shape[1] // heads, 2 * len(speeds)
    strength = math.sqrt(PEAK * math.sqrt(size) / (len(speeds) * SQUARED))
    places = [(layer.attention.self, head) for layer in layers for head in range(heads)]
    for (attention, head), offset in zip(places, OFFSETS, strict=False):
        rows = slice(head * size, head * size + read)
        query, key = attention.query.weight, attention.key.weight
        query[head * size : (head + 1) * size] *= FAINT
        key[head * size : (head + 1) * size] *= FAINT
        query[rows, :read] += strength * torch.block_diag(*(turn(speed * offset) for speed in speeds))
        key[rows, :read] += strength * torch.eye(read)


def turn(angle: float) -> Tensor:
    """(sin t, cos t) -> (sin(t + angle), cos(t + angle)): (2, 2)"""
    return torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])


@torch.no_grad()
def pass_positions(weight: Tensor, kept: int) -> None:
    """The narrowing to the generator's width (narrow, wide): the first dimensions are kept, the others mixed."""
    weight.normal_(std=weight.shape[1] ** -0.5)
    weight[:kept] = 0
    weight[kept:, :kept] = 0
    weight[:kept, :kept] = torch.eye(kept)
