"""What holds for the whole tree: imports point down, everything is listed once, nothing speaks of one machine."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from core.tasks import TASKS
from pages.ui.answers.picture import picture_of
from pages.ui.app.frame import prose
from pages.ui.app.page_table import PAGES
from pages.ui.inputs.examples import examples
from pages.ui.inputs.forms import form_of

ROOT = Path(__file__).parent.parent
ROUTER = ROOT / "pages" / "ui" / "app" / "router.py"
WALL = r"core/(models|runtime|hub|training)/|core/.*/run\.py|recipes/|benchmarks/"
HOMES = {  # what only files whose path begins like this may import
    **dict.fromkeys(("torch", "transformers", "sentence_transformers", "peft", "captum"), WALL),
    "streamlit": r"pages/|app\.py|benchmarks/",
    "rich": r"recipes/|benchmarks/",
    "pages": r"pages/|app\.py",
    "recipes": r"recipes/",
    "benchmarks": r"benchmarks/",
    "app": r"app\.py",
}


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The modules that these parts of a file import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if source(name) else str(node.module) for name in names)


def source(module: str) -> bool:
    """Whether the module is one of ours."""
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


OWN = {
    module_name(file): file
    for file in [*ROOT.glob("*.py"), *ROOT.glob("[a-z]*/**/*.py")]
    if file.relative_to(ROOT).parts[0] != "tests"
}


def known(name: str) -> set[str]:
    """The modules of ours that a module imports as it is imported itself."""
    tree = ast.parse(OWN[name].read_text(encoding="utf-8"))
    return {one for one in imports(tree.body) if one in OWN} - {name}


def test_imports_run_in_no_circle():
    TopologicalSorter({name: known(name) for name in OWN}).prepare()


def test_imports_keep_to_their_homes():
    for file in OWN.values():
        path = file.relative_to(ROOT).as_posix()
        for one in imports(ast.walk(ast.parse(file.read_text(encoding="utf-8")))):
            home = HOMES.get(one.split(".")[0], "")
            assert re.match(home, path), f"{path} imports {one}"


def test_training_prints_nothing():
    for file in (ROOT / "core" / "training").rglob("*.py"):
        called = (node.func for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call))
        assert "print" not in [getattr(one, "id", "") for one in called], f"{file.name}: whoever iterates shows it"


@pytest.mark.parametrize(
    ("first", "never"),
    [
        (["core.tasks", "core.checkpoints.catalog", *(n for n in OWN if n.startswith("pages"))],
         {lib for lib, home in HOMES.items() if home == WALL}),
        (["core.tasks", "pages.ui.app.router"], {"numpy", "pandas", "plotly", "huggingface_hub", "pydantic_settings"}),
    ],
    ids=["the light path reaches no torch", "the app starts without what its pages need"],
)  # fmt: skip
def test_imports_wait_for_what_takes_long(first: list[str], never: set[str]):
    reached, left = set(), list(first)
    while left:
        if (name := left.pop()) not in reached:
            reached.add(name)
            left += known(name)
    for name in reached:
        tree = ast.parse(OWN[name].read_text(encoding="utf-8"))
        assert not never & {one.split(".")[0] for one in imports(tree.body)}, name


def test_a_type_has_a_name_of_its_own():
    named: Counter[str] = Counter()
    for name, file in OWN.items():
        shared = name.startswith(("core", "pages", "recipes"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body if shared else ():
            made = [node] if isinstance(node, ast.ClassDef) else getattr(node, "targets", [])
            named.update(getattr(one, "name", getattr(one, "id", "")) for one in made)
    types = {name for name in named if name[:1].isupper() and not name.isupper()}
    assert not {name for name in types if named[name] > 1}, "which of them is meant?"


@pytest.mark.parametrize(
    ("part", "never"),
    [
        ("pages.ui.figures", ("pages.ui.inputs", "pages.ui.answers", "pages.ui.views")),
        ("pages.ui.inputs", ("pages.ui.views",)),
        ("pages.ui.answers", ("pages.ui.views",)),
        ("", ("pages.ui.app.router",)),  # Streamlit runs it
    ],
)
def test_what_pages_share_stands_in_layers(part: str, never: tuple[str, ...]):
    for name, file in OWN.items():
        if name.startswith(part):
            found = imports(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
            assert not [one for one in found if one.startswith(never)], f"{name} imports what stands above it"


def test_no_module_beside_the_router_hides_one_of_pythons():
    """Streamlit puts the folder of the script that it runs on the import path."""
    assert not {file.stem for file in ROUTER.parent.iterdir()} & sys.stdlib_module_names


def test_every_page_is_listed_tested_and_explained():
    listed = {page.file for page in PAGES}
    assert listed == {file.name for file in (ROOT / "pages").glob("*.py")}
    tests = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "pages").glob("*.py"))
    for page in PAGES:
        assert page.file in tests or f'"{page.url_path}"' in tests, f"{page.file} has no test"
        assert page.file == "home.py" or prose(Path(page.file).stem)


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_a_folder_with_a_test_an_example_a_form_and_a_picture(task: str):
    name = task.replace("-", "_")
    files = {file.name for file in (ROOT / "core" / "tasks" / name).glob("*.py")}
    assert files >= {"schema.py", "run.py", "snippet.py"}
    assert TASKS[task].comparison.agreement
    assert (ROOT / "tests" / "core" / "tasks" / f"test_{name}.py").exists()
    assert examples(task)
    assert form_of(task).labels.keys() >= {field.name for field in TASKS[task].fields}
    assert picture_of(task).same


def test_every_task_folder_is_listed():
    folders = {file.parent.name.replace("_", "-") for file in (ROOT / "core" / "tasks").glob("*/schema.py")}
    assert folders == set(TASKS)


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
