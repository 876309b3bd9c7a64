"""Where weights lie, and their fingerprint."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.checkpoints.catalog import Catalog, load_catalog
from core.checkpoints.weights import fingerprint, folder_of
from core.errors import ModelLoadError


@pytest.mark.parametrize("checkpoint", ["minilm", "minilm-ner", "mini-bert"])
def test_the_folder_holds_weights(checkpoint: str) -> None:
    assert list(folder_of(load_catalog()[checkpoint]).glob("*.safetensors"))


def test_a_package_that_is_missing_is_named() -> None:
    row = replace(load_catalog()["minilm"], location="no_such_package")
    with pytest.raises(ModelLoadError, match="no_such_package"):
        folder_of(row)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """A base and an adapter on it, with a few bytes for weights."""
    for name in ("base", "adapter"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.safetensors").write_bytes(name.encode())
    rows = [
        replace(load_catalog()["minilm"], id=name, source="local", location=str(tmp_path / name))
        for name in ("base", "adapter")
    ]
    return Catalog([rows[0], replace(rows[1], base="base")])


@pytest.mark.parametrize("changed", ["base", "adapter"])
def test_the_fingerprint_is_that_of_all_weights_in_use(catalog: Catalog, changed: str) -> None:
    before = fingerprint(catalog, ["adapter"])
    assert before == fingerprint(catalog, ["adapter", "base"])
    assert before != fingerprint(catalog, ["base"])
    Path(catalog[changed].location, "model.safetensors").write_bytes(b"other weights")
    assert before != fingerprint(catalog, ["adapter"])


def test_the_fingerprint_takes_no_notice_of_cards(catalog: Catalog) -> None:
    before = fingerprint(catalog, ["adapter"])
    Path(catalog["adapter"].location, "README.md").write_text("A card.")
    assert before == fingerprint(catalog, ["adapter"])
