"""Jobs in tests: started, looked at, ended."""

from typing import Any

from streamlit.testing.v1 import AppTest

from core.hub.offer import HubFile, Offer
from core.jobs import Job, JobStore, Work

PATIENCE_S = 240  # UMAP compiles itself, on a busy machine for a minute
OFFER = Offer(
    id="tiny/bert",
    revision="0" * 40,
    model_type="bert",
    architecture="BertModel",
    head="encoder",
    weights="safetensors",
    files=(HubFile("model.safetensors", 4_000_000),),
    parameters=1_000_000,
    layers=2,
    context_length=512,
    licence="mit",
    zero_shot=False,
    sentences=False,
)


class Started:
    """A job in a store of its own."""

    def __init__(self, work: Work, engine: Any = None) -> None:
        self.store = JobStore()
        self.id = self.store.start(work, engine, getattr(engine, "library", None))

    def now(self, patience_s: float = 0.0) -> Job:
        job = self.store.find(self.id, patience_s)
        assert job
        return job

    def stop(self) -> None:
        self.store.stop(self.id)

    def ended(self) -> Job:
        """The job after its end."""
        job = self.now(PATIENCE_S)
        assert not job.progress.running
        return job


def ended(work: Work, engine: Any = None) -> Job:
    """The job of this work after its end."""
    return Started(work, engine).ended()


def result_of(work: Work, engine: Any = None) -> Any:
    """What has come out of it; raises what ended it."""
    job = ended(work, engine)
    if job.progress.error:
        raise job.progress.error
    return job.result


def job_of(app: AppTest, key: str, engine: Any) -> Job:
    """The job that a page has started behind `key`, after its end."""
    job = engine.of("").jobs.find(app.session_state[key], PATIENCE_S)
    assert job and not job.progress.running
    return job
