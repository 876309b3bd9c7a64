"""How much memory there is for work (room.py): what the kernel says, and a refusal in a sentence."""

from pathlib import Path

import pytest

from core.errors import CapacityError
from core.workers import room


def test_what_needs_more_than_is_free_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {
        "meminfo": "MemTotal: 9000000 kB\nMemAvailable: 2000000 kB\n",
        "max": "1500000000",
        "used": "900000000",
        "stat": "anon 1\ninactive_file 300000000\n",
    }.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(room, "MACHINE", tmp_path / "meminfo")
    monkeypatch.setattr(room, "LIMITS", ())
    assert room.free_mb() == 2000
    limits = tuple(str(tmp_path / name) for name in ("max", "used", "stat"))
    monkeypatch.setattr(room, "LIMITS", (limits, ("none", "none", "none")))
    assert room.free_mb() == 900, "files that can be read again do not count"
    room.check_room(899)
    with pytest.raises(CapacityError, match="This needs about 950 MB of memory, and 900 MB are free."):
        room.check_room(950)
    if room.STATUS.exists():
        room.check_room(910, here=True)  # this process has more than 10 MB already
    (tmp_path / "max").write_text("max")
    assert room.free_mb() == 2000
