"""A file of rows, as code outside the playground reads it."""

from dataclasses import dataclass
from pathlib import Path
from string import Template

READ_CELLS = Template("""\
with open($name, encoding="utf-8-sig", newline="") as file:
    separator = max(",;\\t", key=file.readline().count)
    file.seek(0)
    $found = [$cells for row in csv.DictReader(file, delimiter=separator) if any(row.values())]
""")
READ_OBJECTS = Template("""\
with open($name, encoding="utf-8-sig") as file:
    $found = [$cells for row in map(json.loads, filter(str.strip, file))]
""")
READ_LINES = Template("""\
with open($name, encoding="utf-8-sig") as file:
    $found = [$cells for row in file if row.strip()]
""")


@dataclass(frozen=True)
class Source:
    """A file in the folder where the code runs, and the columns that it reads; one without a name is empty."""

    name: str
    columns: tuple[str, ...]

    @property
    def texts(self) -> str:
        """The lines that give `texts`, the cells of the first column."""
        return self._read("texts", self._cell(self.columns[0]))

    @property
    def rows(self) -> str:
        """The lines that give `rows`, the cells of all columns as lists."""
        return self._read("rows", f"[{', '.join(map(self._cell, self.columns))}]")

    @property
    def _kind(self) -> str:
        return Path(self.name).suffix.lower()

    def _cell(self, column: str) -> str:
        if not column:
            return '""'
        return "row.strip()" if self._kind == ".txt" else f"row[{column!r}]"

    def _read(self, found: str, cells: str) -> str:
        read = {".txt": READ_LINES, ".jsonl": READ_OBJECTS}.get(self._kind, READ_CELLS)
        return read.substitute(name=repr(self.name), found=found, cells=cells)
