"""Keys of widgets, components and containers, and names of files, made of any name."""

import re
from hashlib import sha256
from pathlib import PurePosixPath

SAFE = re.compile(r"[A-Za-z0-9]+([-_][A-Za-z0-9]+)*")
LONGEST = 64  # characters
FORBIDDEN = '<>:"/\\|?*'  # in names of files, on one system or another


def safe_key(name: str) -> str:
    """A key of ASCII letters, digits, single - and _: what Streamlit takes as a key, a class and part of a file name.

    A name that is one already stays as it is; of others, different names have different keys.
    """
    if len(name) <= LONGEST and SAFE.fullmatch(name):
        return name
    plain = "-".join(re.findall(r"[A-Za-z0-9]+", name))[:40].strip("-")
    return f"{plain}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}".strip("-")


def file_stem(name: str) -> str:
    """The name of a file without folders and its ending, as every system takes it for a new file."""
    last = PurePosixPath(name.replace("\\", "/")).stem
    plain = "".join(c if c.isprintable() and c not in FORBIDDEN else "-" for c in last)
    return plain[:LONGEST].strip(" .-") or "file"
