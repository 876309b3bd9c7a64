"""`python -m core checkpoints`: what there is."""

from core.runtime.local import LocalEngine


def checkpoints() -> None:
    """Lists the checkpoints and the tasks that each can do."""
    engine = LocalEngine()
    weights = {status.id: status.parameters for status in engine.status().checkpoints}
    width = max(len(row.id) for row in engine.catalog)
    for row in engine.catalog:
        print(f"{row.id:<{width}}{weights[row.id] / 1e6:>7.1f} M  {', '.join(row.tasks)}")
