"""Archives a stranger could upload: a tiny BERT with one thing changed, and archives that are no such thing."""

import base64
import io
import json
import pickle
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save

Files = dict[str, bytes]
Change = Callable[[Files], Files | bytes]  # of the files, or the archive itself

TAKEN = "taken"  # as masked-lm
ENCODER = "as encoder"  # without its head


@dataclass(frozen=True)
class Case:
    """An archive by its name, how it is made, and what happens: taken, or words of the sentence that refuses it."""

    name: str
    change: Change
    outcome: str


def read(folder: Path) -> Files:
    """The files of a checkpoint."""
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def zipped(files: Files, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The files as an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def archive_of(case: Case, valid: Files) -> bytes:
    """The archive of a case."""
    made = case.change(dict(valid))
    return made if isinstance(made, bytes) else zipped(made)


def putting(**files: bytes | str) -> Change:
    """Other contents for files, `__` in a name standing for a dot."""
    contents = {n.replace("__", "."): c.encode() if isinstance(c, str) else c for n, c in files.items()}
    return lambda valid: valid | contents


def without(*names: str) -> Change:
    """Without some files."""
    return lambda valid: {name: content for name, content in valid.items() if name not in names}


def in_json(file: str, edit: Callable[[Any], Any]) -> Change:
    """A JSON file changed by `edit`, which changes the value or gives another."""

    def change(valid: Files) -> Files:
        value = json.loads(valid.get(file, b"{}"))
        edited = edit(value)
        return valid | {file: json.dumps(value if edited is None else edited).encode()}

    return change


def config(**fields: Any) -> Change:
    """Fields of config.json."""
    return in_json("config.json", lambda value: value | fields)


def tokenizer_config(**fields: Any) -> Change:
    """Fields of tokenizer_config.json."""
    return in_json("tokenizer_config.json", lambda value: value | fields)


def tokenizer(**parts: Any) -> Change:
    """Parts of tokenizer.json."""
    return in_json("tokenizer.json", lambda value: value | parts)


def model_of_tokenizer(**fields: Any) -> Change:
    """Fields of the model in tokenizer.json."""
    return in_json("tokenizer.json", lambda value: value["model"].update(fields))


def added(number: int, **fields: Any) -> Change:
    """So many added tokens, their ids behind the vocabulary unless given."""

    def edit(value: Any) -> None:
        plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        start = len(value["model"]["vocab"])
        value["added_tokens"] += [plain | {"id": start + n, "content": f"<x{n}>"} | fields for n in range(number)]

    return in_json("tokenizer.json", edit)


def room_for_tokens(number: int, change: Change) -> Change:
    """The same in a model with embeddings for so many more tokens."""

    def both(valid: Files) -> Files | bytes:
        weights = load(valid["model.safetensors"])
        for name, tensor in weights.items():
            if name.endswith(("word_embeddings.weight", "predictions.bias", "decoder.bias", "decoder.weight")):
                more = torch.zeros(number, *tensor.shape[1:], dtype=tensor.dtype)
                weights[name] = torch.cat([tensor, more])
        settings = json.loads(valid["config.json"])
        settings["vocab_size"] += number
        return change(valid | {"config.json": json.dumps(settings).encode(), "model.safetensors": save(weights)})

    return both


def weights(edit: Callable[[dict[str, torch.Tensor]], Any]) -> Change:
    """The tensors changed by `edit`."""

    def change(valid: Files) -> Files:
        tensors = load(valid["model.safetensors"])
        edited = edit(tensors)
        return valid | {"model.safetensors": save(tensors if edited is None else edited)}

    return change


def every(function: Callable[[torch.Tensor], torch.Tensor]) -> Change:
    """A function of every tensor."""
    return weights(lambda tensors: {name: function(tensor) for name, tensor in tensors.items()})


def with_header(header: Any, data: bytes = b"", length: int | None = None) -> Change:
    """A safetensors file of that header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = struct.pack("<Q", len(text) if length is None else length)
    return putting(model__safetensors=size + text + data)


def one_tensor(dtype: Any, shape: Any, offsets: Any, data: bytes = b"") -> Change:
    """A safetensors file of one tensor."""
    return with_header({"w": {"dtype": dtype, "shape": shape, "data_offsets": offsets}}, data)


def sharded(file: str, *, index: Any = None, **more: bytes) -> Change:
    """The weights in the shard `file`, by an index."""

    def change(valid: Files) -> Files:
        whole = valid.pop("model.safetensors")
        names = dict.fromkeys(load(whole), file)
        text = json.dumps({"metadata": {}, "weight_map": names} if index is None else index)
        contents = {name.replace("__", "."): content for name, content in more.items()}
        shard = {"model-00001-of-00001.safetensors": whole}
        return valid | shard | {"model.safetensors.index.json": text.encode()} | contents

    return change


def as_it_is(change: Change) -> Change:
    """The same for a class that takes tokenizer.json as it is, where BERT's own makes parts of it anew."""
    return then(tokenizer_config(tokenizer_class="PreTrainedTokenizerFast"), change)


def then(first: Change, second: Change) -> Change:
    """Both changes, the first of which leaves files."""
    return lambda valid: second(first(valid))  # type: ignore[arg-type]


def nested(levels: int) -> bytes:
    """JSON lists in lists."""
    return b"[" * levels + b"]" * levels


def steps(part: str, *inside: Any) -> Change:
    """A normalizer or the like of these steps."""
    return as_it_is(tokenizer(**{part: inside[0] if len(inside) == 1 else {"type": "Sequence", f"{part}s": inside}}))


def splitting(pattern: str) -> Change:
    """A pre-tokenizer that splits by an expression."""
    return steps(
        "pre_tokenizer", {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}
    )


def replacing(pattern: Any, content: str, times: int = 1) -> Change:
    """A normalizer that replaces, several times over."""
    return steps("normalizer", *[{"type": "Replace", "pattern": pattern, "content": content}] * times)


def template(single: list[Any], pair: list[Any], special: dict[str, Any] | None = None) -> Change:
    """What surrounds texts."""
    marks = {m: {"id": m, "ids": [n], "tokens": [m]} for m, n in (("[CLS]", 2), ("[SEP]", 3))}
    made = {"type": "TemplateProcessing", "single": single, "pair": pair}
    return as_it_is(tokenizer(post_processor=made | {"special_tokens": marks if special is None else special}))


def text_of(letter: str, type_id: int = 0) -> dict[str, Any]:
    """A text in a template."""
    return {"Sequence": {"id": letter, "type_id": type_id}}


def mark_of(token: str) -> dict[str, Any]:
    """A special token in a template."""
    return {"SpecialToken": {"id": token, "type_id": 0}}


def charsmap(units: list[int], replaced: bytes) -> Change:
    """A normalizer by a table of characters."""
    table = np.array(units, np.uint32).tobytes()
    content = base64.b64encode(struct.pack("<I", len(table)) + table + replaced).decode()
    return steps("normalizer", {"type": "Precompiled", "precompiled_charsmap": content})


def with_member(name: str, content: bytes, **fields: Any) -> Change:
    """One more member of the archive, with other fields in its entry."""

    def change(valid: Files) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for one, text in valid.items():
                if one != name:
                    archive.writestr(one, text)
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            for field, value in fields.items():
                setattr(member, field, value)
            archive.writestr(member, content)
        return buffer.getvalue()

    return change


LINK = (stat.S_IFLNK | 0o777) << 16


def bomb(name: str, size: int, *, lie: bool = False) -> Change:
    """A member of so many zeros, made without them: blocks of deflate that repeat. With `lie` its headers say 1 kB."""

    def change(valid: Files) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        block = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
        content = block * (size >> 24) + packer.flush()
        stated = 1000 if lie else size & ~0xFFFFFF
        encoded = name.encode()
        body = zipped({one: text for one, text in valid.items() if one != name})
        end = body.rindex(b"PK\5\6")
        entries, length, place = struct.unpack("<HII", body[end + 10 : end + 20])
        zip64 = struct.pack("<HHQQ", 1, 16, stated, len(content))
        common = struct.pack("<HHHHHIIIHH", 45, 0, 8, 0, 33, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(encoded), len(zip64))
        local = b"PK\3\4" + common + encoded + zip64 + content
        entry = b"PK\1\2" + struct.pack("<H", 45) + common + struct.pack("<HHHII", 0, 0, 0, 0, place) + encoded + zip64
        directory = body[place : place + length] + entry
        last = struct.pack("<HHHHIIH", 0, 0, entries + 1, entries + 1, len(directory), place + len(local), 0)
        return body[:place] + local + directory + b"PK\5\6" + last

    return change


def edited_archive(old: bytes, new: bytes, *, last: bool = False) -> Change:
    """The valid archive with some of its bytes replaced, once."""

    def change(valid: Files) -> bytes:
        body = zipped(valid, zipfile.ZIP_STORED)
        place = body.rindex(old) if last else body.index(old)
        return body[:place] + new + body[place + len(old) :]

    return change


def every_entry(offset: int, content: bytes) -> Change:
    """Bytes at an offset of every entry in the list of files, and of the local headers where they stand likewise."""

    def change(valid: Files) -> bytes:
        body = bytearray(zipped(valid))
        place = -1
        while (place := body.find(b"PK\1\2", place + 1)) >= 0:
            body[place + offset : place + offset + len(content)] = content
        return bytes(body)

    return change


class Payload:
    """What a pickle would run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (print, ("executed",))


def pytorch(content: bytes) -> Change:
    """The weights as a PyTorch file."""

    def change(valid: Files) -> Files:
        del valid["model.safetensors"]
        return valid | {"pytorch_model.bin": content}

    return change


def saved(value: Any) -> bytes:
    """What torch.save writes."""
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def entries(number: int) -> Change:
    """Many more empty files."""
    return lambda valid: zipped(valid | {f"more/{n}.txt": b"" for n in range(number)})


def repeated(valid: Files) -> bytes:
    """The archive with config.json twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in (*valid, "config.json"):
            entry = zipfile.ZipInfo(name)
            archive.writestr(entry, valid[name])
    return buffer.getvalue()


def pickled() -> bytes:
    """A pickle that runs something."""
    return pickle.dumps(Payload())
