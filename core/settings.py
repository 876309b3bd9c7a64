"""The operator's choices: PLAYGROUND_* environment variables, read once."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read-only; the README's settings table is made from these fields."""

    model_config = SettingsConfigDict(env_prefix="PLAYGROUND_", frozen=True)

    device: str = Field(default="auto", description="auto, cpu, cuda or cuda:N")
    dtype: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto", description="auto takes bfloat16 where the processor has it"
    )
    memory_mb: int = Field(default=2048, gt=0, description="megabytes that loaded weights may take")
    cache_mb: int = Field(default=128, ge=0, description="megabytes of results kept for repeated requests")
    threads: int = Field(default=0, ge=0, description="processor threads for the model; 0 takes all cores")
    max_characters: int = Field(default=50_000, gt=0, description="longest text of one request")
    cache_folder: Path = Field(
        default=Path("~/.cache/bert-playground"),
        description="where fetched checkpoints and vectors of searched texts are kept",
    )
    disk_cache_mb: int = Field(default=1024, ge=0, description="megabytes that they may take there; 0 keeps none")
    hub: Literal["any", "catalog", "off"] = Field(
        default="any", description="any id of the Hub, only those of the catalogue, or none"
    )
    pytorch_files: bool = Field(
        default=False, description="true also takes PyTorch weight files that are not in the catalogue"
    )
    local_folder: Path | None = Field(
        default=None, description="a folder whose checkpoints, one a subfolder, are offered by their names"
    )
    uploads_mb: int = Field(
        default=2048, gt=0, description="megabytes of disk for what visitors upload; the oldest make room"
    )
    batch_tokens: int = Field(default=4096, ge=512, description="tokens of one forward pass, padding included")


@cache
def load_settings() -> Settings:
    """The settings of this process."""
    return Settings()
