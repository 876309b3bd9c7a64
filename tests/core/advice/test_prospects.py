"""What is known of the checkpoints that may be chosen."""

from core.advice.measure import SpeedRun
from core.advice.prospects import prospects
from core.advice.wish import skilled
from core.checkpoints.catalog import load_catalog
from core.checkpoints.known import known_checkpoints
from tests.fake_engine import FakeEngine
from tests.working import result_of


def test_those_here_and_those_on_the_hub_are_prospects_but_no_earlier_versions() -> None:
    fake = FakeEngine()
    visit = fake.of("me")
    found = {one.id: one for one in prospects(visit.engine, visit.library, known_checkpoints())}
    assert found.keys() >= known_checkpoints().keys()
    assert "minilm-ner" in found
    assert "minilm-ner-short" not in found
    assert found["minilm-ner"].measured == "minilm"
    assert found["FacebookAI/xlm-roberta-base"].multilingual
    assert found["dmis-lab/biobert-v1.1"].domain == "biomedicine"


def test_every_named_skill_is_of_a_checkpoint() -> None:
    known = {*known_checkpoints(), *(row.id for row in load_catalog())}
    for skill in ("inference", "sentences", "languages", "paraphrases", "sentiment"):
        assert skilled(skill) <= known


def test_speed_is_measured_on_texts_that_differ() -> None:
    fake, run = FakeEngine(), SpeedRun(("minilm", "mini-bert"), 40)
    assert len(set(run.texts())) == len(run.texts())
    assert result_of(run, fake).keys() == {"minilm", "mini-bert"}
