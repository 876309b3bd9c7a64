"""Work in a process of its own, as jobs ask for it: its folder, its turn, what it tells, what is left after a crash."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import CapacityError, InputError, PlaygroundError
from core.jobs import State
from core.settings import load_settings
from core.workers.ready import Ready
from core.workers.turns import Turns

OFF = (
    "Training and measuring are switched off on this server.",
    "Its operator set PLAYGROUND_TRAININGS to 0: that turns off Fine-tune, Smaller and faster, and Pre-train a tiny "
    "one. Run your own playground to use them.",
)
HOME = "trainings"  # in the folder of the cache
KEPT_S = 7 * 24 * 3600.0  # of a folder that nobody came back to
TURNS, READY = Turns(), Ready()  # of this server
WorkLine = dict[str, Any]


def write_whole(file: Path, text: str) -> None:
    """Writes a file at once: a process that is killed meanwhile leaves no half of it."""
    new = file.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


@dataclass(frozen=True)
class WorkFolder:
    """Where work keeps what it needs to go on: its order, its state, and the model that comes out."""

    path: Path

    @property
    def model(self) -> Path:
        """Where the trained checkpoint is written."""
        return self.path / "model"

    @property
    def state(self) -> Path:
        """All that is needed to go on from the last evaluation."""
        return self.path / "state.pt"

    def state_of(self, contender: int) -> Path:
        """The same for each of several networks that learn side by side."""
        return self.state if contender == 0 else self.path / f"state-{contender + 1}.pt"

    @property
    def order(self) -> Path:
        """The file of the order."""
        return self.path / "order.json"

    def write(self, order: Any) -> None:
        """Writes what is asked for, a dataclass; the state of another order goes."""
        text = json.dumps(asdict(order), ensure_ascii=False)
        if not self.order.exists() or self.order.read_text(encoding="utf-8") != text:
            self.remove()
            self.path.mkdir(parents=True)
            write_whole(self.order, text)

    def values(self) -> dict[str, Any]:
        """What was asked for, as JSON has it."""
        found: dict[str, Any] = json.loads(self.order.read_text(encoding="utf-8"))
        return found

    def remove(self) -> None:
        """Removes all of it."""
        shutil.rmtree(self.path, ignore_errors=True)


def path_of(kind: str, id: str) -> Path:
    """The folder of work of some kind; `id` is that of its job."""
    return load_settings().cache_folder.expanduser() / HOME / kind / id


def begun(kind: str, id: str) -> bool:
    """Whether the work of that id was begun and the server restarted before it was over."""
    return id.replace("-", "").replace("_", "").isalnum() and WorkFolder(path_of(kind, id)).order.exists()


def prepare() -> None:
    """Somebody may want a training soon: a worker imports what it needs. Nothing happens where none could begin."""
    settings = load_settings()
    if settings.training_ready_minutes and TURNS.running < settings.trainings:
        READY.prepare(settings.training_ready_minutes * 60.0)


def turn(state: State, told: Callable[[int], None]) -> AbstractContextManager[bool]:
    """A turn to work: whether it came before the job was stopped; `told` gets the place in the queue. CapacityError
    where no training is allowed."""
    most = load_settings().trainings
    if not most:
        raise CapacityError(*OFF)
    forget_old()
    return TURNS.turn(most, told, state.stop.is_set)


def lines(kind: str, folder: WorkFolder, state: State, *, finish: bool = False) -> Iterator[WorkLine]:
    """What a process says of the work whose order stands in the folder."""
    return READY.take().obey(kind, folder.path, state.stop, finish=finish)


def lines_to_the_end(kind: str, folder: WorkFolder, state: State) -> Iterator[WorkLine]:
    """The same; if the process fails, another one writes the best weights of its last state."""
    try:
        yield from lines(kind, folder, state)
    except InputError:
        raise
    except PlaygroundError as e:
        if not folder.state.exists():
            raise
        yield {"warning": f"{e.message} The best weights until then are kept."}
        yield from lines(kind, folder, state, finish=True)


def forget_old() -> None:
    """Removes the folders of work that nobody came back to."""
    for order in path_of("x", "x").parent.parent.glob("*/*/order.json"):
        if time.time() - order.stat().st_mtime > KEPT_S:
            shutil.rmtree(order.parent, ignore_errors=True)
