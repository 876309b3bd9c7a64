"""Dev scores from model cards."""

from pathlib import Path

import pytest

from core.checkpoints.cards import MILLISECONDS, DevScore, card_file, read_scores, read_text, scores_for
from core.checkpoints.catalog import Checkpoint, load_catalog
from core.runtime.local import LocalEngine
from core.tasks import TASKS


@pytest.mark.parametrize("row", load_catalog(), ids=lambda row: row.id)
def test_every_checkpoint_of_the_catalogue_was_measured(row: Checkpoint, engine: LocalEngine) -> None:
    scores = engine.library.scores(row.id)
    assert scores == read_scores(card_file(row))
    assert all(one.rows >= 40 and one.measure and one.dataset for one in scores)
    assert all(0 < one.value < (1000 if one.measure == MILLISECONDS else 1) for one in scores)
    told = {one for task in row.tasks for one in scores_for(task, scores)}
    assert told == {one for one in scores if one.measure != MILLISECONDS}
    assert scores_for(row.tasks[0], scores)


def test_the_encoder_has_its_score(engine: LocalEngine) -> None:
    assert engine.library.scores("minilm") == (
        DevScore("sentence-similarity", "STS-B", "Spearman correlation", 0.8663, 1493),
    )


def test_a_score_tells_of_the_tasks_of_its_head_only(engine: LocalEngine) -> None:
    names = engine.library.scores("minilm-fill-mask")
    assert scores_for("pseudo-likelihood", names) == names
    assert scores_for("attention", names) == ()
    assert scores_for("attention", engine.library.scores("minilm"))


def test_a_score_of_a_task_that_is_not_ours_tells_of_none() -> None:
    elsewhere = (DevScore("retrieval", "MS MARCO", "ndcg at 10", 0.4, 6980),)
    assert not any(scores_for(task, elsewhere) for task in TASKS)


def test_without_a_card_there_is_no_score(tmp_path: Path) -> None:
    assert read_scores(tmp_path / "README.md") == ()
    (tmp_path / "plain.md").write_text("---\nlicense: mit\n---\n\n# A card\n", encoding="utf-8")
    assert read_scores(tmp_path / "plain.md") == ()


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("---\nlicense: mit\n---\n\n# A card\n\nHigh --- or low.\n", "# A card\n\nHigh --- or low."),
        ("---\r\nlicense: mit\r\n---\r\n# A card\r\n", "# A card"),
        ("---\nA rule above, and no front matter.\n", "---\nA rule above, and no front matter."),
        ("---\n- [unclosed: {\n---\nText", "Text"),
        ("# No front matter\n\n---\n\nA rule.\n\n---\n", "# No front matter\n\n---\n\nA rule.\n\n---"),
    ],
)
def test_the_text_of_a_card_is_all_but_its_front_matter(tmp_path: Path, written: str, text: str) -> None:
    (tmp_path / "README.md").write_bytes(written.encode())
    assert read_text(tmp_path / "README.md") == text
