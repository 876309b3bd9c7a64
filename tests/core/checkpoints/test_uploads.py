import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from core.checkpoints.uploads import HOME, Uploads


def test_what_a_killed_server_left_is_removed_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = (
        "import os, tempfile; tempfile.tempdir = os.sys.argv[1]; from core.checkpoints.uploads import Uploads; "
        "u = Uploads(9); "
        "u.folder('a').mkdir(parents=True); (u.folder('a') / 'x').write_bytes(b'x'); os._exit(9)"
    )
    running = Uploads(9)
    root = Path(__file__).parents[3]
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=root, check=False)
    assert killed.returncode == 9
    assert len(list(tmp_path.glob(f"{HOME}*/kept/a/x"))) == 1
    Uploads(9)
    assert not list(tmp_path.glob(f"{HOME}*/kept/a/x"))
    assert running.folder("b").parent.parent.is_dir(), "one that runs keeps its folder"
