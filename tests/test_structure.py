"""What holds for the whole tree: imports point down, everything is listed once, nothing speaks of one machine."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.tasks import TASKS
from pages.ui.examples import examples
from pages.ui.frame import prose
from pages.ui.router import PAGES

ROOT = Path(__file__).parent.parent
LAYERS = (  # each may import from those above it and from its own
    {
        "core.text",
        "core.checkpoints",
        "core.models",
        "core.runtime",
        "core.vectors",
        "core.files",
        "core.inspect",
        "core.leaderboard",
        "core.paths",
    },
    {"core.text.phrases"},
    {"core.errors", "core.requests", "core.results", "core.settings", "core.text.pieces"},
    {
        "core.models.tokenizer",
        "core.checkpoints.catalog",
        "core.files.metrics",
        "core.files.tables",
        "core.files.evaluation",
    },
    {
        "core.checkpoints.arrivals",
        "core.background",
        "core.runtime.garbage",
        "core.vectors.projection",
        "core.vectors.cache",
        "core.vectors.nearest",
        "core.checkpoints.cards",
        "core.checkpoints.capabilities",
    },
    {"core.checkpoints.known", "core.hub.offer", "core.hub.reading", "core.models.architecture", "core.models.fused"},
    {"core.hub"},
    {"core.vectors.umap_layout"},
    {"core.checkpoints.weights"},
    {"core.models.model", "core.snippets", "core.models.enhanced_mask_decoder", "core.models.row_blocks"},
    {"core.task", "core.models.precision", "core.models.tokenized"},
    {"core.models.vocabulary"},
    {
        "core.models.loader",
        "core.models.store",
        "core.runtime.scheduler",
        "core.runtime.cache",
        "core.runtime.allowance",
    },
    {"core.runtime.telemetry"},
    {"core.hub.facts", "core.checkpoints.own", "core.checkpoints.uploads"},
    {"core.hub.library"},
    {"core.tasks"},
    {"core.engine"},
    {"core.joint_fill", "core.inspect.occlusion", "core.leaderboard.board", "core.hub.trial"},
    {"core.vectors.corpus", "core.vectors.duplicates"},
    {"core.vectors.baseline"},
    {"core.vectors.similarity", "core.first_look"},
    {"core.first_answers"},
    {"core.files.rows"},
    {"core.files.row_file"},
    {"core.agreement", "core.text.alignment"},
    {"core.leaderboard.claims"},
    {"core.files.run"},
    {"core.runtime.local"},
    {"core.commands"},
    {"core.__main__"},
    {"pages.ui", "recipes", "benchmarks"},
    {"pages"},
    {"app"},
)


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer(module: str) -> int:
    """The number of the module's layer: of its longest listed prefix."""
    listed = {name: n for n, names in enumerate(LAYERS) for name in names}
    parts = module.split(".")
    prefixes = (".".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next(listed[prefix] for prefix in prefixes if prefix in listed)


def imports(file: Path) -> Iterator[str]:
    """The modules a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if source(name) else str(node.module) for name in names)


def source(module: str) -> bool:
    """Whether the module is one of ours."""
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


OWN = sorted(f for folder in ("core", "pages", "recipes", "benchmarks") for f in (ROOT / folder).rglob("*.py"))
CORE = [file for file in OWN if file.is_relative_to(ROOT / "core") and module_name(file) != "core"]


@pytest.mark.parametrize("file", [*CORE, *(f for f in OWN if f.is_relative_to(ROOT / "pages"))], ids=module_name)
def test_imports_point_down(file: Path):
    own = module_name(file)
    for imported in imports(file):
        if imported.split(".")[0] in ("core", "pages", "recipes", "benchmarks", "app") and imported != "core":
            assert layer(imported) <= layer(own), f"{own} imports {imported}, which stands above it"


@pytest.mark.parametrize("file", CORE, ids=module_name)
def test_core_knows_no_streamlit(file: Path):
    assert not any(name.split(".")[0] == "streamlit" for name in imports(file))


@pytest.mark.parametrize("file", [f for f in OWN if f.is_relative_to(ROOT / "pages")], ids=module_name)
def test_pages_know_no_torch(file: Path):
    assert not {name.split(".")[0] for name in imports(file)} & {"torch", "transformers", "peft"}


def test_every_page_is_listed_tested_and_explained():
    listed = {page.file for page in PAGES}
    assert listed == {file.name for file in (ROOT / "pages").glob("*.py")}
    tests = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "pages").glob("*.py"))
    for page in PAGES:
        assert page.file in tests or f'"{page.url_path}"' in tests, f"{page.file} has no test"
        assert page.file == "home.py" or prose(Path(page.file).stem)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_a_file_with_a_test_and_an_example(task: str):
    name = task.replace("-", "_")
    assert (ROOT / "core" / "tasks" / f"{name}.py").exists()
    assert (ROOT / "tests" / "core" / "tasks" / f"test_{name}.py").exists()
    assert examples(task)


def test_every_task_file_is_listed():
    files = {f.stem.replace("_", "-") for f in (ROOT / "core" / "tasks").glob("*.py")} - {"--init--"}
    assert files == set(TASKS)


def tracked() -> list[Path]:
    """The files of the repository; of a copy without one, all but what is built."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]
    return [f for f in ROOT.rglob("*") if f.is_file() and not {".venv", "__pycache__", ".git"} & set(f.parts)]


def test_files_are_small():
    sizes = {file: file.stat().st_size for file in tracked()}
    assert not [file for file, size in sizes.items() if size > 10_000_000]
    assert sum(sizes.values()) < 200_000_000


def test_no_file_names_a_machine_or_a_registry():
    machine = re.compile(r"(?<![\w./])/(work|root|home/(?!player)\w+)/|file\.pythonhosted|pypi\.org|registry\.npmjs")
    found = []
    for file in tracked():
        if file.suffix in {".py", ".md", ".toml", ".txt", ".json", ".yml", ".sh", ".css", ".js", ""}:
            text = file.read_text(encoding="utf-8", errors="ignore")
            found += [f"{file.name}: {m[0]}" for m in machine.finditer(text) if file.name != "test_structure.py"]
    assert not found
