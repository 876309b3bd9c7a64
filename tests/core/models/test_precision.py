import pytest
import torch

from core.errors import SettingsError
from core.models.precision import has_bfloat16, resolve_device, resolve_dtype
from core.settings import Settings

CPU = torch.device("cpu")


@pytest.mark.parametrize(("name", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)])
def test_the_operators_format_is_taken(name: str, dtype: torch.dtype) -> None:
    assert resolve_dtype(Settings.model_validate({"dtype": name}), CPU) is dtype


@pytest.mark.parametrize("native", [True, False])
def test_auto_takes_bfloat16_only_where_the_processor_has_it(native: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: native)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert has_bfloat16(CPU) is native
    assert resolve_dtype(Settings(dtype="auto"), CPU) is (torch.bfloat16 if native else torch.float32)


def test_the_operators_device_is_taken() -> None:
    assert resolve_device(Settings(device="cpu")) == CPU
    assert resolve_device(Settings(device="auto")).type in ("cpu", "cuda")


def no_such_device(*_: object, **__: object) -> torch.Tensor:
    raise RuntimeError("CUDA error: invalid device ordinal")


@pytest.mark.parametrize("device", ["cuda:99", "cuda"])
def test_a_device_that_is_not_there_is_named(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "empty", no_such_device)
    with pytest.raises(SettingsError, match="PLAYGROUND_DEVICE") as caught:
        resolve_device(Settings(device=device))
    assert f"“{device}”" in caught.value.message
