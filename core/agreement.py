"""Where the answers of several checkpoints to one request agree and where they differ."""

from collections.abc import Sequence

from core.results import Entity, TokenClassificationResult

Name = tuple[int, int, str]  # start, end, kind


def shared_entities(results: Sequence[TokenClassificationResult]) -> set[Name]:
    """The names that every result has, with the same borders and the same kind."""
    found = [{name(entity) for entity in result.entities} for result in results]
    return set.intersection(*found) if found else set()


def all_entities(results: Sequence[TokenClassificationResult]) -> set[Name]:
    """The names that any result has."""
    return {name(entity) for result in results for entity in result.entities}


def name(entity: Entity) -> Name:
    """What makes two entities the same."""
    return entity.start, entity.end, entity.entity_group
