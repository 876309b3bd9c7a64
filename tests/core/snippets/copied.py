"""What tests of snippets share: texts that are hard to copy, running what was copied, comparing what it prints."""

import copy
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from functools import cache, partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
import torch
from peft import PeftModel
from transformers import AutoTokenizer, PreTrainedConfig, PreTrainedModel

ROOT = Path(__file__).parents[3]
MOST_KEPT = 6  # tokenizers, models and adapted models; tests of one checkpoint follow each other
KEPT: dict[tuple[Any, ...], tuple[Any, Any]] = {}  # the arguments stay with the result, so that an id means one object
MOST_GIVEN = 100_000_000  # bytes of the results of a model that are kept: one of a masked language model takes 15 MB
GIVEN: WeakKeyDictionary[PreTrainedModel, dict[Any, Any]] = WeakKeyDictionary()  # what each kept model gave, by input
NASTY = (
    "Zoe\u0301 O'Neil said: \"100 % of $text, ${gap}, {} and {0}\" —\n\tin C:\\new\\u0041 🤖, '''triple''' "
    '""" quotes, [SEP] 서울 co\u00adoperates\u200b with İstanbul\u2028and Jürgen Klopp’s Liverpool in Kraków.'
)
NEWS = (
    "Angela Merkel met Tim Cook at Apple's headquarters in Cupertino. Later the chancellor flew to São Paulo, where "
    "Gisele Bündchen and the Organisation for Economic Co-operation and Development were waiting. "
)
ACCENTS = (
    "Zoe\u0301 Saldan\u0303a met Rene\u0301e Zellweger and Beyonce\u0301 Knowles near Cor\u00addoba and Malmo\u0308."
)
LONG = "".join(
    f"In {1800 + n} it rained. {NEWS if n % 4 == 0 else ''}" for n in range(33)
)  # more than MiniLM reads at once


def run(code: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the code prints when run in the folder of the repository."""
    monkeypatch.chdir(ROOT)
    printed = io.StringIO()
    with loading_once(), redirect_stdout(printed), torch.enable_grad():  # gives back the setting that the code changes
        exec(code, {"__name__": "__main__"})
    return json.loads(printed.getvalue())


@contextmanager
def loading_once() -> Iterator[None]:
    """What `from_pretrained` loads is kept for the next code that asks for the same; adapters go onto copies."""
    with pytest.MonkeyPatch.context() as patch:
        for one in (AutoTokenizer, PreTrainedModel, PeftModel):
            patch.setattr(one, "from_pretrained", classmethod(partial(kept, one.from_pretrained.__func__)))
        patch.setattr(PreTrainedModel, "__call__", remembered)
        yield


def kept(load: Callable[..., Any], one: type[Any], *args: Any, **options: Any) -> Any:
    """What `load` gives for these arguments, now or one of the last few times."""
    key = (one, *map(written, args), *((name, written(value)) for name, value in options.items()))
    if key not in KEPT:
        if one is PeftModel:  # it changes the model that it is given, and so does a merge
            adapted = load(one, copy.deepcopy(args[0]), *args[1:], **options)
            adapted.merge_and_unload = cache(adapted.merge_and_unload)
            KEPT[key] = (args, adapted)
        else:
            KEPT[key] = (args, load(one, *args, **options))
            if isinstance(KEPT[key][1], PreTrainedModel):
                GIVEN[KEPT[key][1]] = {}
        while len(KEPT) > MOST_KEPT:
            del KEPT[next(iter(KEPT))]
    return KEPT[key][1]


def remembered(model: PreTrainedModel, *args: Any, **options: Any) -> Any:
    """What a model gives; one that is kept gives it again for the same input: many snippets read the same sentences."""
    call = partial(torch.nn.Module.__call__, model, *args, **options)
    given = GIVEN.get(model)
    if given is None or model.training:
        return call()
    key = content((*args, *sorted(options.items())))
    if key not in given:
        result = call()
        if sum(map(weight, given.values())) + weight(result) > MOST_GIVEN:
            given.clear()
        given[key] = result
    return copy.copy(given[key])


def weight(value: Any) -> int:
    """The bytes of the tensors of a result."""
    if isinstance(value, torch.Tensor):
        return value.nbytes
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    return sum(map(weight, parts))


def content(value: Any) -> Any:
    """What an argument says, as part of a key."""
    if isinstance(value, torch.Tensor):
        return value.dtype, value.shape, value.numpy().tobytes()
    return tuple(map(content, value)) if isinstance(value, tuple) else value


def written(value: Any) -> str:
    """An argument as part of a key: configurations by what they say, models by which they are."""
    if isinstance(value, PreTrainedConfig):
        return value.to_json_string()
    return str(id(value) if isinstance(value, torch.nn.Module) else value)


def assert_same(got: Any, wanted: Any, where: str = "result") -> None:
    """The same keys, texts and spans; numbers within 1e-4."""
    if isinstance(wanted, dict):
        assert list(got) == list(wanted), where
        for key in wanted:
            assert_same(got[key], wanted[key], f"{where}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), where
        for n, (one, other) in enumerate(zip(got, wanted, strict=True)):
            assert_same(one, other, f"{where}[{n}]")
    elif isinstance(wanted, float):
        assert abs(got - wanted) <= 1e-4, where  # half a million of them: too many for pytest.approx
    else:
        assert got == wanted, where
