"""The operator's choices: PLAYGROUND_* environment variables, read once."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import SettingsError

PREFIX = "PLAYGROUND_"
MOST, MOST_THREADS = 1_000_000_000, 256  # that a number may be
EXIT_CODE = 2  # of a program whose settings make no sense
MUST_BE = {  # by what pydantic calls the mistake
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_parsing": "true or false",
    "greater_than": "a whole number above {gt}",
    "greater_than_equal": "a whole number, {ge} or more",
    "literal_error": "{expected}",
    "string_pattern_mismatch": "auto, cpu, cuda or cuda and a number, such as cuda:0",
    "value_error": "{error}",
}


class Settings(BaseSettings):
    """Read-only; the README's settings table is made from these fields."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    device: str = Field(default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$", description="auto, cpu, cuda or cuda:N")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="auto uses bfloat16 where the processor supports it"
    )
    memory_mb: int = Field(default=2048, gt=0, description="megabytes of memory for loaded weights")
    cache_mb: int = Field(default=128, ge=0, description="megabytes of results cached for repeated requests")
    threads: int = Field(default=0, ge=0, description="processor threads for the model; 0 uses all cores")
    max_characters: int = Field(default=50_000, gt=0, description="longest text of a request")
    cache_folder: Path = Field(
        default=Path("~/.cache/bert-playground"),
        description="folder for downloaded models and vectors of searched texts",
    )
    disk_cache_mb: int = Field(default=1024, ge=0, description="megabytes of vectors kept there; 0 keeps none")
    hub: Literal["any", "catalog", "off"] = Field(
        default="any", description="any allows every model on the Hub, catalog only those in the catalogue, off none"
    )
    pytorch_files: bool = Field(
        default=False, description="true also allows PyTorch weight files that are not in the catalogue"
    )
    local_folder: Path | None = Field(
        default=None, description="folder of models to offer, one per subfolder, named after the subfolders"
    )
    uploads: bool = Field(default=True, description="false accepts no models from visitors")
    uploads_mb: int = Field(
        default=2048,
        gt=0,
        description="megabytes of disk for uploaded models; the oldest are deleted for new ones; "
        "as much again for uploads in progress",
    )
    log: Literal["off", "requests"] = Field(
        default="off", description="requests logs each request to standard error as a line of JSON, without its text"
    )
    frames: Literal["any", "same", "none"] = Field(
        default="any", description="sites that may embed the playground in a frame: any, only its own (same), none"
    )
    request_seconds: int = Field(
        default=120, ge=0, description="seconds a request may wait before it is cancelled; 0 sets no limit"
    )
    queue_requests: int = Field(
        default=20_000,
        ge=0,
        description="requests that may wait at a time, from all visitors together; 0 sets no limit",
    )
    visitor_requests: int = Field(
        default=5000, ge=0, description="requests that may wait at a time per visitor; 0 sets no limit"
    )
    visitor_jobs: int = Field(
        default=4,
        ge=0,
        description="files, collections and downloads that may run at a time per visitor; 0 sets no limit",
    )
    trainings: int = Field(
        default=1,
        ge=0,
        description="trainings and measurements that may run at a time, the others wait; "
        "0 switches off Fine-tune, Smaller and faster, and Pre-train a tiny one",
    )
    training_ready_minutes: int = Field(
        default=10,
        ge=0,
        description="minutes that a process stays ready to train after somebody opened a page that may need it; "
        "0 starts it only then",
    )
    training_rows: int = Field(default=20_000, gt=0, description="rows that a training may learn from")
    job_hours: int = Field(
        default=2, gt=0, description="hours that files, collections and downloads are found by their link after the end"
    )
    jobs_mb: int = Field(
        default=2048,
        gt=0,
        description="megabytes of memory and disk for jobs that have ended; the oldest are forgotten for new ones",
    )
    visitor_uploads: int = Field(
        default=5, ge=0, description="uploads kept per visitor; the oldest are deleted for new ones; 0 sets no limit"
    )
    visitor_uploads_mb: int = Field(
        default=0, ge=0, description="megabytes of disk for uploads per visitor; 0 sets no limit"
    )
    file_rows: int = Field(default=100_000, gt=0, description="rows allowed in a visitor's file")
    batch_tokens: int = Field(default=4096, ge=512, description="tokens per forward pass, including padding")

    @field_validator("*")
    @classmethod
    def _must_have_an_end(cls, value: Any, info: ValidationInfo) -> Any:
        most = MOST_THREADS if info.field_name == "threads" else MOST
        if isinstance(value, int) and value > most:
            raise ValueError(f"a whole number, {most} or less")
        return value

    @field_validator("cache_folder", "local_folder", mode="before")
    @classmethod
    def _must_be_named(cls, folder: Any) -> Any:
        if folder == "":
            raise ValueError("a folder")
        return folder

    @field_validator("local_folder")
    @classmethod
    def _must_exist(cls, folder: Path | None) -> Path | None:
        folder = folder and folder.expanduser()
        if folder and not folder.is_dir():
            raise ValueError("an existing folder")
        return folder


@cache
def load_settings() -> Settings:
    """The settings of this process; SettingsError has one line per mistake."""
    wrong = list(unknown_names())
    try:
        settings = Settings()
    except ValidationError as e:
        wrong += map(mistake, e.errors())
    if wrong:
        raise SettingsError("\n".join(wrong), "The settings are listed in README.md.")
    return settings


@contextmanager
def exit_on_nonsense() -> Iterator[None]:
    """Ends the program if the settings are invalid, with a message on standard error."""
    try:
        yield
    except SettingsError as e:
        print(e, file=sys.stderr)
        sys.exit(EXIT_CODE)


def unknown_names() -> Iterator[str]:
    """A sentence on each variable that looks like one of ours and is none."""
    known = [name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        wanted = name.upper().removeprefix(PREFIX)
        if name.upper().startswith(PREFIX) and wanted not in known:
            close = get_close_matches(wanted, known, 1)
            yield f"{name} is not a setting{f'; did you mean {PREFIX}{close[0]}?' if close else '.'}"


def mistake(error: ErrorDetails) -> str:
    """One mistake as a sentence: the variable, what it is, what it must be."""
    known = MUST_BE.get(error["type"])
    allowed = known.format_map(error.get("ctx", {})) if known else error["msg"]
    return f"{PREFIX}{str(error['loc'][0]).upper()} is “{error['input']}”; it must be {allowed}.".replace("'", "")
