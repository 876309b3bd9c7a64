"""Fine-tuning beside transformers' Trainer as it comes: same network, rows, epochs, precision and threads."""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch.utils.data import Dataset
from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

from benchmarks import beside_training
from benchmarks.classroom import Finding
from core.checkpoints.catalog import Checkpoint, load_catalog
from core.files.tables import read_table
from core.finetuning.gather import Columns, TrainingRow, read_rows
from core.finetuning.job import FineTuneRun
from core.finetuning.plan import METHODS, TrainingPlan
from core.finetuning.run_folder import TrainingOrder
from core.jobs import JobStore, new_id
from core.models.loader import Loader
from core.models.precision import has_bfloat16
from core.paths import ASSETS, ROOT
from core.pretraining.job import PretrainOrder, PretrainRun
from core.pretraining.plan import Contender, PretrainPlan
from core.training.finetune import FineTuning, use_threads
from core.workers import runs

BASE, ROWS, TRAINER_ROWS = "minilm", 2000, 8  # the last is Trainer's usual batch
FASTER, MOST_SECONDS = 1.5, 90.0
MEMORY_ROWS, MOST_OFF = 400, 0.2
FIRST_POINT_S, IMPORTED_S, PAIRS, LOOK_S = 5.0, 20.0, 3, 0.02


def training_rows() -> list[TrainingRow]:
    """Sentences of our own, alone or joined with others, by topic: lengths that differ as people's do."""
    table = read_table("sentences.csv", (ASSETS / "sentences.csv").read_bytes())
    known, _ = read_rows(table, Columns("text", "topic"))
    rows = []
    for n in range(ROWS):
        first = known[n % len(known)]
        same = [row for row in known if row.labels == first.labels]
        texts = [same[(n + k * 7) % len(same)].texts[0] for k in range(1 + (n * n) % 5)]
        rows.append(TrainingRow(n, (" ".join([first.texts[0], *texts[1:]]),), first.labels))
    return rows


class Encoded(Dataset[dict[str, object]]):
    """Rows as Trainer takes them."""

    def __init__(self, one: FineTuning) -> None:
        self.one = one

    def __len__(self) -> int:
        return len(self.one.examples.sequences)

    def __getitem__(self, place: int) -> dict[str, object]:
        example = self.one.examples.sequences[place]
        return {"input_ids": list(example.ids), "labels": example.labels[0]}


def ours(rows: list[TrainingRow], method: str) -> tuple[float, FineTuning]:
    """Seconds of an epoch of a training, and the training."""
    row = load_catalog()[BASE]
    plan = TrainingPlan("text-classification", BASE, method, epochs=1, evaluations=1)  # type: ignore[arg-type]
    one = FineTuning(Loader(load_catalog()), row, plan, rows, rows[:32])
    began = time.perf_counter()
    for _ in one.run():
        pass
    return time.perf_counter() - began, one


def trainers(rows: list[TrainingRow]) -> float:
    """Seconds of the same epoch by Trainer, all weights, its usual batches and collator."""
    plan = TrainingPlan("text-classification", BASE, "full", epochs=1)
    one = FineTuning(Loader(load_catalog()), load_catalog()[BASE], plan, rows, rows[:8])
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            folder,
            num_train_epochs=1,
            per_device_train_batch_size=TRAINER_ROWS,
            bf16=has_bfloat16(torch.device("cpu")),
            use_cpu=True,
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
            logging_strategy="no",
        )
        collator = DataCollatorWithPadding(one.tokenizer)
        trainer = Trainer(one.model, arguments, train_dataset=Encoded(one), data_collator=collator)
        began = time.perf_counter()
        trainer.train()
        return time.perf_counter() - began


class Shelf:
    """Takes in what was trained, and forgets it."""

    def adopt(self, name: str, folder: Path, trained_from: str = BASE) -> Checkpoint:
        """The row it was trained from."""
        return load_catalog()[trained_from]


def fine_tuning(rows: list[TrainingRow]) -> FineTuneRun:
    """A training on these rows, most of them to learn from."""
    row = load_catalog()[BASE]
    plan = TrainingPlan("text-classification", BASE, "lora", epochs=1)
    return FineTuneRun(new_id(), TrainingOrder("benchmark", plan, (row,), tuple(rows[:1600]), tuple(rows[1600:])))


def pretraining() -> PretrainRun:
    """A tiny network on our own sentences."""
    return PretrainRun(new_id(), PretrainOrder(("benchmark",), PretrainPlan((Contender("masked-tokens"),))))


def first_point(work: FineTuneRun | PretrainRun, *, ready: bool) -> float:
    """Seconds from the click to the first point of the loss, with a worker that waited or without."""
    if ready:
        runs.READY.prepare(10 * IMPORTED_S)
        time.sleep(IMPORTED_S)
    jobs = JobStore()
    began = time.perf_counter()
    id = jobs.start(work, None, Shelf(), id=work.id)
    while not ((job := jobs.find(id)) and job.shown and job.shown.points):
        assert job
        assert job.progress.running, job.progress.error
        time.sleep(LOOK_S)
    seconds = time.perf_counter() - began
    jobs.stop(id)
    jobs.find(id, patience_s=60)
    return seconds


def memory_used(method: str, file: Path, folder: Path) -> tuple[float, float]:
    """Megabytes that a process of its own was expected to need, and needed."""
    command = [sys.executable, "-m", "core", "train", "--base", BASE, "--train", str(file), "--method", method]
    command += ["--epochs", "1", "--output", str(folder / method)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.splitlines()
    return json.loads(lines[0])["expected_mb"], json.loads(lines[-1])["peak_mb"]


def memory_findings(rows: list[TrainingRow]) -> Iterator[Finding]:
    """The estimate beside what was needed, for each method."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "rows.jsonl"
        some = [{"text": row.texts[0], "label": row.labels[0]} for row in rows[:MEMORY_ROWS]]
        file.write_text("".join(json.dumps(row) + "\n" for row in some))
        for method in METHODS:
            expected, peak = memory_used(method, file, Path(name))
            off = peak / expected - 1
            found = f"{peak:,.0f} MB, {100 * off:+.0f}% of the {expected:,.0f} MB expected"
            yield Finding(
                f"Memory of {method}, {MEMORY_ROWS} rows", found, f"± {100 * MOST_OFF:g}%", abs(off) <= MOST_OFF
            )


def soon(name: str, work: Callable[[], FineTuneRun | PretrainRun]) -> Finding:
    """How soon the first point comes where a process was ready, in pairs with one that was not; medians."""
    pairs = [(first_point(work(), ready=False), first_point(work(), ready=True)) for _ in range(PAIRS)]
    cold, ready = (statistics.median(part) for part in zip(*pairs, strict=True))
    found = f"{ready:.1f} s; {cold:.1f} s where no process was ready, {cold / ready:.1f}× as long"
    return Finding(name, found, f"at most {FIRST_POINT_S:g} s", ready <= FIRST_POINT_S)


def measure(threads: int) -> list[Finding]:
    """Trainer, ours with all weights, ours with LoRA, one after the other."""
    use_threads(threads)
    rows = training_rows()
    theirs, (full, _), (lora, _) = trainers(rows), ours(rows, "full"), ours(rows, "lora")
    ratio = theirs / full
    found = f"{ROWS / full:,.0f} rows a second, {ratio:.1f}× Trainer ({ROWS / theirs:,.0f})"
    return [
        soon("First point of a fine-tuning after the click", lambda: fine_tuning(rows)),
        soon("First point of a pretraining after the click", pretraining),
        asyncio.run(beside_training.measure()),
        Finding(f"All weights of {BASE}, {ROWS:,} rows", found, f"at least {FASTER}×", ratio >= FASTER),
        Finding("The same with LoRA", f"{lora:.0f} s", f"at most {MOST_SECONDS:g} s", lora <= MOST_SECONDS),
        *memory_findings(rows),
    ]
