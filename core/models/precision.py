"""The device and the number format that the models run in."""

import os

import torch

from core.errors import SettingsError
from core.settings import Settings

# Every new shape of a batch brings compiled products with it, about 1 MB each, and by default the last thousand of them
# are kept: over a file of 20,000 rows that is more than a gigabyte. The fused layers need four for each number of rows.
for _cache in ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY"):
    os.environ.setdefault(_cache, "64")


def resolve_device(settings: Settings) -> torch.device:
    """The operator's device, or with "auto" a GPU where there is one."""
    if settings.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=settings.device).device
    except (RuntimeError, AssertionError) as e:
        message = f"The device “{settings.device}” cannot be used here."
        raise SettingsError(message, "Set PLAYGROUND_DEVICE to auto or cpu.") from e


def resolve_dtype(settings: Settings, device: torch.device) -> torch.dtype:
    """The operator's format, or with "auto" bfloat16 where the processor multiplies it natively, else float32."""
    if settings.dtype != "auto":
        return torch.bfloat16 if settings.dtype == "bfloat16" else torch.float32
    return torch.bfloat16 if has_bfloat16(device) else torch.float32


def has_bfloat16(device: torch.device) -> bool:
    """Whether bfloat16 products run in hardware: by instruction set, not by whether they run at all."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
