"""Agreement of entities: the same borders and the same kind."""

from core.agreement import all_entities, shared_entities
from core.results import Entity, Provenance, Timing, TokenClassificationResult

COST = Provenance("a", "1", "float32", "cpu", 5, Timing())
OSLO = Entity("LOC", 0, 4, "Oslo", 0.9)


def result(*entities: Entity) -> TokenClassificationResult:
    return TokenClassificationResult("Oslo and Anna", entities, (), COST)


def test_scores_do_not_matter_borders_and_kinds_do() -> None:
    surer, shorter, other = (
        Entity("LOC", 0, 4, "Oslo", 0.5),
        Entity("LOC", 0, 3, "Osl", 0.9),
        Entity("PER", 0, 4, "", 0.9),
    )
    assert shared_entities([result(OSLO), result(surer)]) == {(0, 4, "LOC")}
    assert shared_entities([result(OSLO), result(shorter)]) == set()
    assert shared_entities([result(OSLO), result(other)]) == set()
    assert all_entities([result(OSLO), result(other), result()]) == {(0, 4, "LOC"), (0, 4, "PER")}


def test_of_one_result_all_is_shared() -> None:
    assert shared_entities([result(OSLO)]) == {(0, 4, "LOC")}
    assert shared_entities([]) == set()
