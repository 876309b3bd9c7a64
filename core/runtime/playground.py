"""What the server of this process has: one engine, library and store of jobs, and a view of them for each visitor."""

from collections.abc import Callable

from core.checkpoints.catalog import Catalog
from core.engine import Engine, Visit
from core.jobs import JobStore, OwnJobs
from core.provenance import Told
from core.runtime.cache import CachedEngine, ResultCache
from core.runtime.local import LocalEngine
from core.runtime.telemetry import CountedEngine, Telemetry, log_to_stderr
from core.settings import Settings


class LocalPlayground:
    """Everything in this process; one instance serves every thread. `on_change` is called when a model has come or
    gone."""

    def __init__(
        self,
        settings: Settings | None = None,
        catalog: Catalog | None = None,
        *,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.local = LocalEngine(settings, catalog, on_change=on_change)
        chosen = self.local.settings
        self.results = ResultCache(chosen.cache_mb * 1_000_000)
        self.jobs = JobStore(chosen.job_hours * 3600, chosen.jobs_mb * 1_000_000)
        self.telemetry = Telemetry(self.local.store, self.local.scheduler)
        if chosen.log == "requests":
            log_to_stderr()

    def of(self, visitor: str = "", told: Told | None = None) -> Visit:
        """What a visitor is served, who is named by a secret; without one, what is everybody's.

        While a request waits, `told` gets its place in the queue now and then, and 0 when it waits no longer. Jobs tell
        nobody.
        """
        library = self.local.library.of(visitor)
        jobs = OwnJobs(self.jobs, self._engine(visitor), library, visitor)
        return Visit(self._engine(visitor, told), library, jobs)

    def metrics(self) -> str:
        """What it has done for all visitors, as Prometheus reads it; names nobody and nothing of theirs."""
        return self.telemetry.text()

    def _engine(self, visitor: str, told: Told | None = None) -> Engine:
        one = self.local.of(visitor, told)
        return CountedEngine(CachedEngine(one, self.results, one.catalog), self.telemetry, one.catalog)
