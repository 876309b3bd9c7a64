"""What a stranger relies on: the settings table, the README's names and cards, the files that deployments read."""

import re
from pathlib import Path

import pytest

from core.checkpoints.catalog import MODELS, load_catalog
from core.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_settings_table_is_that_of_the_code():
    table = re.findall(r"^\| `PLAYGROUND_(\w+)` \| (\S+) \| (.+) \|$", README, re.MULTILINE)
    fields = [(name.upper(), str(f.default), f.description) for name, f in Settings.model_fields.items()]
    assert table == fields


def test_the_readme_names_every_checkpoint():
    assert [row.id for row in load_catalog() if f"| `{row.id}` |" not in README] == []


@pytest.mark.parametrize("row", [row for row in load_catalog() if row.source == "bundled"], ids=lambda row: row.id)
def test_every_bundled_model_has_a_card_with_data_scores_and_limits(row):
    card = (MODELS / row.location / "README.md").read_text(encoding="utf-8")
    assert all(heading in card for heading in ("## Training", "## Dev scores", "## Limits"))
    assert f"license: {row.licence.lower()}" in card


def test_deployments_start_the_app():
    assert "streamlit run app.py" in (ROOT / "Procfile").read_text(encoding="utf-8")
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "/api/health" in dockerfile
    assert "--uid 1000" in dockerfile
    assert "app_port: 7860" in README
