"""Verdicts on what papers say of layers, from curves that are made up."""

from dataclasses import replace

import numpy as np

from core.inspect.claims.layers import geometry_claims, probe_claims
from core.inspect.geometry import Geometry, SelfSimilarity
from core.inspect.probing import LayerProbe, ProbeResult


def result(name: str, *accuracies: float, untrained: float = 0.95, control: float = 0.7) -> ProbeResult:
    layers = [LayerProbe(n, share, 0.005, control, untrained, None) for n, share in enumerate(accuracies)]
    return ProbeResult("x", name, ("A", "B"), tuple(layers), 0.2, 1000, 500, 0)


def test_probes_that_find_what_the_papers_found() -> None:
    found = probe_claims(result("pos", 0.92, 0.99, 0.99, 0.99), result("depth", 0.6, 0.6, 0.8, 0.9))
    assert [one.verdict for one in found] == ["holds here"] * 4
    at_once, order, selective, untrained = (one.here for one in found)
    assert "92.0 ± 0.5 % of 500 words, at best, on layer 1, about 99.0 ± 0.5 %" in at_once
    assert "learned at layer 1.00" in order
    assert "a selectivity of 29.0 ± 2.1 points" in selective
    assert "tells 95.0" in untrained


def test_probes_that_do_not() -> None:
    pos = result("pos", 0.8, 0.8, 0.8, 0.9, untrained=0.5, control=0.95)
    found = probe_claims(pos, result("depth", 0.6, 0.9, 0.9, 0.9))
    assert [one.verdict for one in found] == ["does not hold here"] * 4
    close = probe_claims(result("pos", 0.895, 0.9), replace(pos, layers=pos.layers[:2]))
    assert [one.verdict for one in close[:2]] == ["too close to tell"] * 2


def test_vectors_of_a_word_on_the_layer_where_one_explains_most() -> None:
    random = np.random.default_rng(0)

    def word(n: int) -> SelfSimilarity:
        noise = random.normal(0, 0.005, 3)
        alike, explained = np.array([1, 0.9, 0.5]) + noise, np.array([1, 0.33, 0.31]) + noise
        return SelfSimilarity(f"w{n}", 5, tuple(alike), tuple(alike), tuple(explained))

    one = Geometry("x", 99, (0.1, 0.1, 0.1), (0, 0, 0), ((), (), ()), (0.5, 0.3, 0.3), tuple(map(word, range(20))))
    fixed, follows = geometry_claims(one)
    assert (fixed.verdict, follows.verdict, fixed.n) == ("holds here", "holds here", 20)
    assert "At most, on layer 1, one vector explains 3." in fixed.here
    assert "0.80 ± 0.00 on layer 1 and 0.40 ± 0.00 on layer 2" in follows.here
