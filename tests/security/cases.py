"""Every hostile archive with what must happen to it."""

import json
import zipfile
from typing import Any

import torch

from tests.security import hostile as h
from tests.security.hostile import ENCODER, TAKEN, Case, Change

F = "float32"
WORDS = "Only simple expressions"
BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}


def whole(field: str, value: Any, said: str) -> Case:
    """A field of config.json with a value, and what is said of it."""
    return Case(f"config {field}={value!r}"[:60], h.config(**{field: value}), f"`{field}` is {said}")


def last_file_fails(valid: h.Files) -> bytes:
    """The last member's bytes are not what its checksum says."""
    body = bytearray(h.zipped(valid, zipfile.ZIP_STORED))
    place = body.index(b"PK\1\2") - 5
    body[place] ^= 0xFF
    return bytes(body)


def many_tensors(count: int) -> Change:
    """Weights of that many tensors, a number each."""
    header = {f"t{n}": {"dtype": "F32", "shape": [1], "data_offsets": [n * 4, n * 4 + 4]} for n in range(count)}
    return h.with_header(header, bytes(4 * count))


PLAIN = (
    Case("valid", lambda valid: valid, TAKEN),
    Case("valid in a folder", lambda valid: {f"a/b/{n}": c for n, c in valid.items()}, TAKEN),
    Case("valid, stored", lambda valid: h.zipped(valid, zipfile.ZIP_STORED), TAKEN),
    Case(
        "valid LZMA", lambda valid: h.zipped(valid, zipfile.ZIP_LZMA), "compressed with the unsupported method “LZMA”"
    ),
    Case(
        "valid BZ2", lambda valid: h.zipped(valid, zipfile.ZIP_BZIP2), "compressed with the unsupported method “bzip2”"
    ),
    Case("README 40 MB", h.bomb("README.md", 48 << 20), "README.md has 50.3 MB; up to 1 MB"),
    Case("README UTF-16", h.putting(README__md="# A card".encode("utf-16")), TAKEN),
    Case("README html", h.putting(README__md="<script>alert(1)</script>"), TAKEN),
    Case("modules.json", h.putting(modules__json="[]"), TAKEN),
    Case("file of another library", h.putting(run__py="import os"), TAKEN),
)

CONFIG = (
    Case("config auto_map, own type", h.config(model_type="evil", auto_map={"AutoModel": "x.Y"}), "its own code"),
    Case("config auto_map to another repo", h.config(auto_map={"AutoModel": "a/b--x.Y"}), "`auto_map`"),
    Case("config auto_map a text", h.config(auto_map="x"), "`auto_map`"),
    Case("tokenizer_config auto_map", h.tokenizer_config(auto_map={"AutoTokenizer": ["x.Y", None]}), "`auto_map`"),
    Case("config hub kernel", h.config(attn_implementation="kernels-community/x"), "must be 'eager' or 'sdpa'"),
    Case("config hub kernel, inner", h.config(_attn_implementation="a/b"), "must be 'eager' or 'sdpa'"),
    Case("config attention as an object", h.config(attn_implementation={"": "a/b"}), "must be 'eager' or 'sdpa'"),
    Case("config attention sdpa", h.config(attn_implementation="sdpa"), TAKEN),
    Case("config experts kernel", h.config(experts_implementation="a/b", kernel_config="a/b"), TAKEN),
    Case("config quantization_config", h.config(quantization_config={"quant_method": "bitsandbytes"}), "quantized"),
    Case("config quantization unknown", h.config(quantization_config={"quant_method": "evil"}), "quantized"),
    Case("config quantization empty", h.config(quantization_config={}), "quantized"),
    Case("config dtype evil", h.config(dtype="evil"), "`dtype` is 'evil'; it must be 'float32'"),
    Case("config dtype int8", h.config(dtype="int8"), "`dtype` is 'int8'"),
    Case("config torch_dtype float64", h.config(torch_dtype="float64"), "`torch_dtype` is 'float64'"),
    Case("config is a list", h.putting(config__json="[]"), "not a JSON object"),
    Case("config empty", h.putting(config__json=""), "is not JSON"),
    Case("config UTF-16", lambda v: v | {"config.json": v["config.json"].decode().encode("utf-16")}, "is not JSON"),
    Case("config 30 MB", h.bomb("config.json", 32 << 20), "config.json has 33.6 MB; up to 1 MB"),
    Case("config just over its size", h.config(padding="x" * 1_000_000), "config.json has 1.0 MB; up to 1 MB"),
    Case("config deep", h.putting(config__json=h.nested(100_000)), "nested more than 50 levels"),
    Case("config deep within bounds of a parser", h.config(x=eval("[" * 60 + "]" * 60)), "nested more than 50 levels"),
    Case("config many values", h.config(x=[0] * 200_000), "contains more than 100,000 values"),
    Case("config NaN", lambda v: v | {"config.json": v["config.json"].replace(b"{", b'{"x": NaN,', 1)}, "is not JSON"),
    Case("config number of 5,000 digits", h.config(vocab_size=int("9" * 4000)), "`vocab_size` is"),
    Case("config model_type list", h.config(model_type=["bert"]), "is of the type"),
    Case("config model_type markup", h.config(model_type="<b>" * 100), "is of the type"),
    Case("config other family", h.config(model_type="roberta"), ""),
    Case("config architectures number", h.config(architectures=5), "`architectures` is 5; it must be a list"),
    Case("config architectures [null]", h.config(architectures=[None]), "`architectures` is null"),
    Case("config architectures of many", h.config(architectures=["x"] * 50), "more than 20 entries"),
    whole("vocab_size", 0, "0; it must be at least 1"),
    whole("vocab_size", "x", "'x'; it must be a whole number"),
    whole("vocab_size", 1000.0, "1000.0; it must be a whole number"),
    whole("vocab_size", None, "null; it must be a whole number"),
    whole("vocab_size", True, "true; it must be a whole number"),
    Case("config vocab_size=2_000_000", h.config(vocab_size=2_000_000), "have the shape"),
    whole("vocab_size", 2**63, "'9223372036854775808'"[1:-1].replace("'", "")[:1]),
    whole("hidden_size", 0, "0; it must be at least 1"),
    whole("hidden_size", -32, "-32; it must be at least 1"),
    whole("hidden_size", 33, "33; it must be a multiple of the 4 heads"),
    Case("config hidden_size=64", h.config(hidden_size=64), "have the shape"),
    Case("config hidden_size=65536", h.config(hidden_size=65_536, intermediate_size=65_536), "have the shape"),
    whole("num_hidden_layers", -1, "-1; it must be at least 1"),
    whole("num_hidden_layers", 0, "0; it must be at least 1"),
    whole("num_hidden_layers", "many", "'many'; it must be a whole number"),
    whole("num_hidden_layers", 2.5, "2.5; it must be a whole number"),
    whole("num_hidden_layers", 10**9, "1,000,000,000; it must be at most 100"),
    Case("config num_hidden_layers=100", h.config(num_hidden_layers=100), "numbers; the encoder"),
    Case("config num_hidden_layers=3", h.config(num_hidden_layers=3), "numbers; the encoder"),
    whole("num_attention_heads", 0, "0; it must be at least 1"),
    whole("num_attention_heads", -2, "-2; it must be at least 1"),
    Case("config num_attention_heads=7", h.config(num_attention_heads=7), "a multiple of the 7 heads"),
    whole("intermediate_size", -1, "-1; it must be at least 1"),
    whole("intermediate_size", 10**10, "10,000,000,000; it must be at most 65,536"),
    whole("max_position_embeddings", 0, "0; it must be at least 8"),
    whole("max_position_embeddings", 1, "1; it must be at least 8"),
    whole("max_position_embeddings", 2, "2; it must be at least 8"),
    whole("max_position_embeddings", 3, "3; it must be at least 8"),
    whole("max_position_embeddings", 10**12, "1,000,000,000,000; it must be at most 131,072"),
    whole("max_position_embeddings", None, "null; it must be a whole number"),
    whole("type_vocab_size", -1, "-1; it must be at least 0"),
    whole("type_vocab_size", 10**6, "1,000,000; it must be at most 100"),
    whole("pad_token_id", 10**9, "1,000,000,000; it must be less than 2,000,000"),
    whole("pad_token_id", 1_999_999, "1,999,999; it must be inside the vocabulary"),
    whole("pad_token_id", -1, "-1; it must be at least 0"),
    whole("pad_token_id", "x", "'x'; it must be a whole number"),
    whole("eos_token_id", "x", "'x'; it must be a whole number"),
    whole("layer_norm_eps", "x", "'x'; it must be a number"),
    whole("layer_norm_eps", 0, "0; it must be more than 0"),
    whole("layer_norm_eps", -1e-12, "-1e-12; it must be more than 0"),
    whole("hidden_act", "evil", "'evil'; it must be 'gelu'"),
    Case("config hidden_act code", h.config(hidden_act="__import__('os')"), "`hidden_act` is"),
    Case("config hidden_act a list", h.config(hidden_act=["gelu"]), "`hidden_act` is"),
    whole("hidden_dropout_prob", 7, "7; it must be at most 1"),
    whole("classifier_dropout", -1, "-1; it must be at least 0"),
    whole("position_embedding_type", "evil", "'evil'; it must be 'absolute'"),
    whole("is_decoder", True, "true; it must be false"),
    whole("add_cross_attention", True, "true; it must be false"),
    whole("is_encoder_decoder", True, "true; it must be false"),
    whole("chunk_size_feed_forward", 3, "3; it must be 0"),
    Case("config pruned_heads", h.config(pruned_heads={"0": [0]}), "`pruned_heads` is set"),
    Case("config id2label='x'", h.config(id2label="x"), "`id2label` is 'x'; it must be an object"),
    Case("config id2label={'0': None}", h.config(id2label={"0": None}), "`id2label` is null"),
    Case("config id2label from 5", h.config(id2label={"5": "a"}), "`id2label` must name the classes from 0 on"),
    Case("config id2label empty", h.config(id2label={}), "`id2label`"),
    Case("config id2label of numbers", h.config(id2label={"0": 0, "1": 1}), TAKEN),
    Case(
        "config a label of 100 kB",
        h.config(id2label={"0": "x" * 100_000}),
        "more than 1,000 characters",
    ),
    whole("num_labels", -1, "-1; it must be at least 1"),
    whole("num_labels", 10**9, "1,000,000,000; it must be at most 10,000"),
    Case("config label2id broken", h.config(label2id="x"), TAKEN),
    Case("config tie_word_embeddings=False", h.config(tie_word_embeddings=False), ENCODER),
    whole("tie_word_embeddings", "x", "'x'; it must be true or false"),
    Case("config output_attentions=True", h.config(output_attentions=True, output_hidden_states=True), TAKEN),
    Case("config return_dict=False", h.config(return_dict=False, use_return_dict=False), TAKEN),
    Case("config use_cache='x'", h.config(use_cache="x"), TAKEN),
    Case("config legacy=True", h.config(legacy=True), TAKEN),
    whole("initializer_range", -1, "-1; it must be at least 0"),
    Case("config gradient_checkpointing=True", h.config(gradient_checkpointing=True), TAKEN),
    Case("config name_or_path NUL", h.config(name_or_path="\x00", _name_or_path="../../etc"), TAKEN),
    Case("config torchscript=True", h.config(torchscript=True), TAKEN),
    Case("config other weights", h.config(transformers_weights="../../etc/passwd"), TAKEN),
    Case("config layers of their own", h.config(per_layer_config={"0": {"hidden_size": 10**9}}), TAKEN),
    Case(
        "config a method of its class", h.config(to_dict=1, save_pretrained="x", attribute_map=3, __class__="x"), TAKEN
    ),
    Case("config tokenizer_class", h.config(tokenizer_class="EvilTokenizer"), "which is not supported here"),
    Case("config 100,000 id2label", h.config(id2label={str(n): "x" for n in range(100_000)}), "config.json has"),
    Case("config 10,001 labels", h.config(id2label={str(n): "x" for n in range(10_001)}), "more than 10,000"),
    Case("config extra layers 200 MB", h.bomb("config.json", 192 << 20), "up to 1 MB are read"),
)

TOKENIZER = (
    Case("tokenizer deep nesting", h.putting(tokenizer__json=h.nested(100_000)), "nested more than 50 levels"),
    Case("tokenizer 49 MB", h.bomb("tokenizer.json", 48 << 20), "tokenizer.json has 50.3 MB; up to 20 MB"),
    Case("tokenizer 60 MB", h.bomb("tokenizer.json", 64 << 20), "tokenizer.json has 67.1 MB; up to 20 MB"),
    Case("tokenizer of 6 million lists", h.putting(tokenizer__json=b"[" + b"[]," * 6_000_000 + b"0]"), "1,500,000"),
    Case("tokenizer {}", h.putting(tokenizer__json="{}"), "no `model`"),
    Case("tokenizer missing", h.without("tokenizer.json", "tokenizer_config.json"), "has no tokenizer"),
    Case("tokenizer binary", h.putting(tokenizer__json=b"\x00\xff\xfe"), "is not JSON"),
    Case("tokenizer a list", h.putting(tokenizer__json="[1]"), "not a JSON object"),
    Case("tokenizer regex (a+)+$", h.splitting("(a+)+$"), "(a+)+$"),
    Case("tokenizer regex nested", h.splitting("((a*)*)*b"), "an expression that could take forever"),
    Case("tokenizer regex alternatives", h.splitting("(a|aa)+$"), "an expression that could take forever"),
    Case("tokenizer regex back", h.splitting(r"(.*)\1$"), "an expression that could take forever"),
    Case("tokenizer regex polynomial", h.splitting("a*a*a*a*a*b"), "an expression that could take forever"),
    Case("tokenizer regex a number", h.splitting(5), "an expression that could take forever"),  # type: ignore[arg-type]
    Case("tokenizer regex simple", h.splitting(r"\s+"), TAKEN),
    Case("tokenizer normalizer regex", h.replacing({"Regex": "(a+)+$"}, " "), "an expression that could take forever"),
    Case(
        "tokenizer decoder regex",
        h.tokenizer(decoder={"type": "Replace", "pattern": {"Regex": "(a+)+$"}, "content": ""}),
        "The decoder searches",
    ),
    Case("tokenizer normalizer grows", h.replacing({"String": "a"}, "a" * 10_000), "8 times as long"),
    Case("tokenizer normalizers grow together", h.replacing({"String": "a"}, "aaaa", 12), "8 times as long"),
    Case(
        "tokenizer normalizer prepends",
        h.steps("normalizer", {"type": "Prepend", "prepend": "x" * 10**6}),
        "8 times as long",
    ),
    Case("tokenizer normalizer of 100 steps", h.steps("normalizer", *[{"type": "NFC"}] * 100), "has 100 steps"),
    Case(
        "tokenizer normalizers inside normalizers",
        h.steps("normalizer", *[{"type": "Sequence", "normalizers": [{"type": "NFC"}] * 20}] * 20),
        "has 420 steps",
    ),
    Case(
        "tokenizer replaces nothing", h.replacing({"String": ""}, "x", 20), "replaces a pattern that can match nothing"
    ),
    Case(
        "tokenizer replaces a pattern that can match nothing",
        h.replacing({"Regex": "q*"}, "x", 20),
        "can match nothing, “q*”",
    ),
    Case("tokenizer replaces backslashes or nothing", h.replacing({"Regex": r"\\*"}, "x"), "can match nothing"),
    Case("tokenizer replaces stars", h.replacing({"Regex": r"\*"}, "x"), TAKEN),
    Case("tokenizer regex of 500,000 alternatives", h.splitting("|".join(["ab"] * 500_000)), "could take forever"),
    Case("tokenizer normalizer unknown", h.steps("normalizer", {"type": "Evil"}), "could not be read"),
    Case("tokenizer normalizer deletes all", h.replacing({"Regex": "[^a]"}, ""), ""),
    Case(
        "tokenizer charsmap damaged",
        h.steps("normalizer", {"type": "Precompiled", "precompiled_charsmap": "%%%"}),
        "is damaged",
    ),
    Case("tokenizer charsmap outside", h.charsmap([0x7FFFFFFF] * 256, b"a\0"), "points outside itself"),
    Case("tokenizer charsmap value outside", h.charsmap([0x80FFFFFF] * 256, b"a\0"), "points outside itself"),
    Case("tokenizer charsmap grows", h.charsmap([0] * 256, b"a" * 100_000 + b"\0"), "far longer"),
    Case("tokenizer charsmap without end", h.charsmap([0] * 256, b"a"), "is damaged"),
    Case(
        "tokenizer ids out of range",
        h.in_json("tokenizer.json", lambda v: v["model"]["vocab"].update(way=10**6)),
        "has token IDs up to 1,000,000",
    ),
    Case(
        "tokenizer id negative",
        h.in_json("tokenizer.json", lambda v: v["model"]["vocab"].update(way=-1)),
        "could not be read",
    ),
    Case(
        "tokenizer id a text",
        h.in_json("tokenizer.json", lambda v: v["model"]["vocab"].update(way="1")),
        "could not be read",
    ),
    Case("tokenizer added id out of range", h.added(1, id=4_000_000_000), "has token IDs up to"),
    Case("tokenizer 1000 specials", h.room_for_tokens(1000, h.added(1000)), TAKEN),
    Case("tokenizer 200 specials", h.room_for_tokens(200, h.added(200)), TAKEN),
    Case("tokenizer 200 specials without room", h.added(200), "The tokenizer has token IDs up to"),
    Case("tokenizer 6,000 specials", h.added(6_000), "contains more than 5,000 tokens"),
    Case("tokenizer added content missing", h.added(1, content=None), "must be a text"),
    Case("tokenizer added empty", h.room_for_tokens(1, h.added(1, content="")), ""),
    Case("tokenizer added token 1 MB", h.added(1, content="x" * 10**6), "more than 1,000 characters"),
    Case(
        "tokenizer type ids 7",
        h.then(
            h.tokenizer_config(model_input_names=["input_ids", "token_type_ids"]),
            h.template(
                [h.mark_of("[CLS]"), h.text_of("A", 7), h.mark_of("[SEP]")], [h.text_of("A", 7), h.text_of("B", 7)]
            ),
        ),
        "gives the token type 7",
    ),
    Case("tokenizer template without text", h.template([h.mark_of("[CLS]")], [h.mark_of("[CLS]")]), ""),
    Case(
        "tokenizer template of 1,000 marks",
        h.template([h.mark_of("[CLS]")] * 1000 + [h.text_of("A")], [h.text_of("A"), h.text_of("B")]),
        "has 1,001 steps",
    ),
    Case(
        "tokenizer template of unknown marks",
        h.template([h.mark_of("[X]"), h.text_of("A")], [h.text_of("A"), h.text_of("B")], {}),
        "could not be read",
    ),
    Case(
        "tokenizer template text twice",
        h.template([h.text_of("A"), h.text_of("A")], [h.text_of("A"), h.text_of("B")]),
        "",
    ),
    Case(
        "tokenizer template texts swapped",
        h.template([h.mark_of("[CLS]"), h.text_of("A")], [h.text_of("B"), h.text_of("A")]),
        "",
    ),
    Case(
        "tokenizer padding of 10^9",
        h.tokenizer(
            padding={
                "strategy": {"Fixed": 10**9},
                "direction": "Right",
                "pad_to_multiple_of": None,
                "pad_id": 0,
                "pad_type_id": 0,
                "pad_token": "[PAD]",
            }
        ),
        TAKEN,
    ),
    Case(
        "tokenizer truncation to 0",
        h.tokenizer(truncation={"max_length": 0, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}),
        TAKEN,
    ),
    Case("tokenizer empty vocab", h.model_of_tokenizer(vocab={}), "no vocabulary"),
    Case("tokenizer vocab a number", h.model_of_tokenizer(vocab=5), "no vocabulary"),
    Case("tokenizer vocab of one", h.model_of_tokenizer(vocab={"[UNK]": 1}), ""),
    Case("tokenizer long words", h.model_of_tokenizer(max_input_chars_per_word=10**9), "`max_input_chars_per_word` is"),
    Case("tokenizer long words of 1,000", h.model_of_tokenizer(max_input_chars_per_word=1000), "between 1 and 200"),
    Case(
        "tokenizer prefix of 1 MB",
        h.model_of_tokenizer(continuing_subword_prefix="#" * 1_000_000),
        "`continuing_subword_prefix` is",
    ),
    Case(
        "tokenizer suffix of 17",
        h.tokenizer(model={"type": "BPE", "vocab": {"a": 0}, "merges": [], "end_of_word_suffix": "w" * 17}),
        "`end_of_word_suffix` is",
    ),
    Case(
        "tokenizer prefix a number",
        h.model_of_tokenizer(continuing_subword_prefix=5),
        "`continuing_subword_prefix` is 5",
    ),
    Case(
        "normalizer bytes of bytes",
        h.steps("normalizer", *[{"type": "ByteLevel"}] * 2),
        "The normalizer makes texts more than 8 times as long",
    ),
    Case(
        "pre_tokenizer bytes of bytes",
        h.as_it_is(h.tokenizer(pre_tokenizer={"type": "Sequence", "pretokenizers": [BYTES] * 2})),
        "The pre_tokenizer makes texts more than 8 times as long",
    ),
    Case(
        "bytes in both",
        h.as_it_is(h.tokenizer(normalizer={"type": "ByteLevel"}, pre_tokenizer=BYTES)),
        "The tokenizer makes texts more than 8 times as long",
    ),
    Case(
        "normalizer blanks twice",
        h.steps(
            "normalizer",
            *[
                {
                    "type": "BertNormalizer",
                    "clean_text": True,
                    "handle_chinese_chars": True,
                    "strip_accents": None,
                    "lowercase": True,
                }
            ]
            * 2,
        ),
        "the step BertNormalizer more than once",
    ),
    Case(
        "tokenizer a piece of 1 MB",
        h.in_json("tokenizer.json", lambda v: v["model"]["vocab"].update({"x" * 10**6: 6})),
        "more than 1,000 characters",
    ),
    Case(
        "tokenizer pieces of 7 MB",
        h.model_of_tokenizer(vocab={f"{n:0900}": n for n in range(8000)}),
        "more than 6,000,000 characters",
    ),
    Case(
        "tokenizer of dropped merges",
        h.tokenizer(model={"type": "BPE", "dropout": 0.5, "vocab": {"a": 0}, "merges": []}),
        "`dropout` is set",
    ),
    Case("tokenizer merges unknown", h.tokenizer(model={"type": "BPE", "vocab": {"a": 0}, "merges": [["x", "y"]]}), ""),
    Case("tokenizer merges a number", h.tokenizer(model={"type": "BPE", "vocab": {"a": 0}, "merges": 5}), "`merges`"),
    Case(
        "tokenizer unigram without unknown",
        h.tokenizer(model={"type": "Unigram", "vocab": [["a", -1.0]], "unk_id": None}),
        "",
    ),
    Case("tokenizer_config list", h.putting(tokenizer_config__json="[]"), "not a JSON object"),
    Case("tokenizer_config 2 MB", h.tokenizer_config(x="y" * 2_000_000), "up to 1 MB"),
    Case(
        "tokenizer_config tokens dict", h.tokenizer_config(mask_token={"a": 1}), "`mask_token` in tokenizer_config.json"
    ),
    Case("tokenizer_config token a number", h.tokenizer_config(pad_token=5), "`pad_token` in tokenizer_config.json"),
    Case("tokenizer_config arguments", h.tokenizer_config(init_inputs=["/etc/passwd"]), "`init_inputs` is set"),
    Case(
        "tokenizer_config other vocabulary",
        h.tokenizer_config(vocab_file="/etc/passwd", tokenizer_file="/etc/passwd"),
        TAKEN,
    ),
    Case("tokenizer_config added a list", h.tokenizer_config(added_tokens_decoder=[1]), "is not an object"),
    Case("tokenizer_config added ids", h.tokenizer_config(added_tokens_decoder={"x": {"content": "y"}}), ""),
    Case("tokenizer_config chat_template", h.tokenizer_config(chat_template="{{ ''.__class__ }}"), TAKEN),
    Case("tokenizer_config no mask", h.tokenizer_config(mask_token=None), ""),
    Case("tokenizer_config max length", h.tokenizer_config(model_max_length=-1), ""),
    Case("tokenizer class slow", h.tokenizer_config(tokenizer_class="CanineTokenizer"), "which is not supported here"),
    Case("tokenizer class unknown", h.tokenizer_config(tokenizer_class="os.system"), "which is not supported here"),
    Case(
        "tokenizer class a list", h.tokenizer_config(tokenizer_class=["BertTokenizer"]), "which is not supported here"
    ),
    Case(
        "special_tokens_map deep", h.putting(special_tokens_map__json=h.nested(100_000)), "nested more than 50 levels"
    ),
    Case("special_tokens_map list", h.putting(special_tokens_map__json="[]"), "not a JSON object"),
    Case(
        "added_tokens giant",
        lambda valid: valid | {"added_tokens.json": json.dumps({f"<{n}>": n for n in range(10**6)}).encode()},
        "up to 1 MB",
    ),
    Case(
        "added_tokens of 6,000",
        h.in_json("added_tokens.json", lambda _: {f"<{n}>": n for n in range(6000)}),
        "contains more than 5,000",
    ),
    Case(
        "vocab.txt alone, 30 MB",
        lambda v: h.without("tokenizer.json")(v) | {"vocab.txt": b"x\n" * 15_000_000},
        "up to 20 MB",
    ),
    Case(
        "vocab.txt alone, one line",
        lambda v: h.without("tokenizer.json")(v) | {"vocab.txt": b"x" * 10_000_000},
        "more than 1,000 characters",
    ),
    Case("sentencepiece of nonsense", lambda v: v | {"spm.model": b"nonsense"}, "not a SentencePiece model"),
)

WEIGHTS = (
    Case("weights empty", h.putting(model__safetensors=b""), "incomplete or not a safetensors file"),
    Case("weights header 2^64-1", h.with_header({}, length=2**64 - 1), "is incomplete"),
    Case("weights header 20 MB", h.with_header(b"{" + b" " * 20_000_000 + b"}"), "up to 4 MB are read"),
    Case("weights header deep", h.with_header(b'{"a":' * 9000 + b"1" + b"}" * 9000), "nested"),
    Case("weights header a list", h.with_header([]), "is not a JSON object"),
    Case("weights header no JSON", h.with_header(b"<html></html>"), "is not JSON"),
    Case("weights shape 2^40", h.one_tensor("F32", [2**40], [0, 2**42]), "is incomplete"),
    Case("weights shape 2^47 squared", h.one_tensor("F32", [2**47, 2**47], [0, 4], bytes(4)), "but not its"),
    Case("weights shape of 1,000 ones", h.one_tensor("F32", [1] * 1000, [0, 4], bytes(4)), "has the shape"),
    Case("weights shape negative", h.one_tensor("F32", [-1], [0, 4], bytes(4)), "has the shape [-1]"),
    Case("weights shape a text", h.one_tensor("F32", "x", [0, 4], bytes(4)), "has the shape x"),
    Case("weights shape of fractions", h.one_tensor("F32", [1.5], [0, 4], bytes(4)), "has the shape [1.5]"),
    Case("weights no tensors", h.with_header({}, b" " * 10), "contains no tensors"),
    Case("weights zero-size", h.one_tensor("F32", [0], [0, 0]), "has the shape [0]"),
    Case("weights of 4 bits", h.one_tensor("F4", [2], [0, 1], bytes(1)), "is of the unsupported type F4"),
    Case("weights offsets backwards", h.one_tensor("F32", [1], [4, 0], bytes(4)), "lies at [4, 0]"),
    Case(
        "weights overlap",
        h.with_header({n: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for n in "ab"}, bytes(4)),
        "does not begin where",
    ),
    Case(
        "weights with a gap",
        h.with_header({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}, bytes(8)),
        "does not begin where",
    ),
    Case("weights with a tail", h.one_tensor("F32", [1], [0, 4], bytes(400)), "is incomplete"),
    Case("weights not described", h.with_header({"a": 5}, bytes(4)), "is not described"),
    Case(
        "weights 100,000 names",
        lambda valid: many_tensors(100_000)(valid),
        "up to 4 MB are read",
    ),
    Case(
        "weights 21,000 names",
        lambda valid: many_tensors(21_000)(valid),
        "21,000 tensors; up to 20,000",
    ),
    Case("weights truncated", lambda v: v | {"model.safetensors": v["model.safetensors"][:-100]}, "is incomplete"),
    Case(
        "weights text instead",
        h.putting(model__safetensors=b"version https://git-lfs.github.com/spec/v1\n"),
        "is incomplete",
    ),
    Case("weights NaN", h.every(lambda t: torch.full_like(t, float("nan"))), "are not numbers"),
    Case("weights huge", h.every(lambda t: torch.full_like(t, 3e38)), "are not numbers"),
    Case(
        "weights infinite in the head",
        h.weights(
            lambda t: {
                n: torch.full_like(w, float("inf")) if "predictions.transform.dense" in n else w for n, w in t.items()
            }
        ),
        "are not numbers",
    ),
    Case("weights zero", h.every(torch.zeros_like), ""),
    Case("weights whole numbers", h.every(lambda t: t.to(torch.int32)), "not numbers"),
    Case("weights in half precision", h.every(lambda t: t.half()), TAKEN),
    Case("weights of another model", h.weights(lambda t: {"w": torch.zeros(10)}), "contain 10 numbers"),
    Case("weights under other names", h.weights(lambda t: {f"x{n}": w for n, w in t.items()}), "lacks trained weights"),
    Case(
        "weights of one other shape",
        h.weights(lambda t: t.update({"bert.embeddings.LayerNorm.weight": torch.zeros(31)})),
        "asks for [32]",
    ),
    Case("weights without the last layer", h.weights(lambda t: {n: w for n, w in t.items() if "layer.1" not in n}), ""),
    Case("weights without a head", h.weights(lambda t: {n: w for n, w in t.items() if "cls" not in n}), ENCODER),
    Case("shards", h.sharded("model-00001-of-00001.safetensors"), TAKEN),
    Case("shards ../", h.sharded("../model-00001-of-00001.safetensors"), "names the file"),
    Case("shards absolute", h.sharded("/model-00001-of-00001.safetensors"), "names the file"),
    Case("shards /etc/passwd", h.sharded("/etc/passwd"), "names the file “/etc/passwd”"),
    Case("shards /dev/zero", h.sharded("/dev/zero"), "names the file “/dev/zero”"),
    Case("shards another folder", h.sharded("a/model-00001-of-00001.safetensors"), "names the file"),
    Case("shards config.json", h.sharded("config.json"), "names the file “config.json”"),
    Case("shards missing", h.sharded("model-00002-of-00002.safetensors"), "is missing"),
    Case("shards index deep", h.sharded("", **{"model__safetensors__index__json": h.nested(100_000)}), "nested"),
    Case("shards index list", h.sharded("", index=[1]), "no `weight_map`"),
    Case("shards number", h.sharded("", index={"weight_map": {"a": 5}}), "no `weight_map`"),
    Case("shards none", h.sharded("", index={"weight_map": {}}), "no `weight_map`"),
    Case(
        "shards 200",
        h.sharded(
            "", index={"metadata": {}, "weight_map": {f"t{n}": f"model-{n}-of-200.safetensors" for n in range(200)}}
        ),
        "in 200 files; up to 100",
    ),
    Case("pickle payload", h.pytorch(h.pickled()), "only as a PyTorch file"),
    Case("pickle giant expand", h.pytorch(b"\x80\x04" + b"\x8c\x01a" * 100_000), "only as a PyTorch file"),
    Case("pickle good", lambda v: h.pytorch(h.saved(h.load(v["model.safetensors"])))(v), "only as a PyTorch file"),
    Case("pickle empty", h.pytorch(b""), "only as a PyTorch file"),
    Case("pickle text", h.pytorch(b"hello"), "only as a PyTorch file"),
    Case("an adapter", h.putting(adapter_config__json='{"base_model_name_or_path": "/etc"}'), "is an adapter"),
    Case("an adapter in the dark", h.putting(generation_config__json="{", adapter_model__safetensors=b"x"), TAKEN),
)

ARCHIVE = (
    Case("zip encrypted", h.every_entry(8, b"\1\0"), "is encrypted"),
    Case("zip method 97", h.every_entry(10, b"\x61\0"), "compressed with the unsupported method “97”"),
    Case("zip bad CRC", h.every_entry(16, b"abcd"), "is damaged: Bad CRC"),
    Case("zip bad CRC of the last file", last_file_fails, "is damaged: Bad CRC"),
    Case("zip bad offset", h.every_entry(42, b"\xff\xff\0\0"), "is damaged"),
    Case("zip offset behind its end", h.every_entry(42, b"\xff\xff\xff\x7f"), "is damaged"),
    Case("zip sizes of nothing", h.every_entry(24, b"\0\0\0\0"), ""),
    Case("zip version 99", h.every_entry(6, b"\x63\0"), "is damaged: zip file version"),
    Case("zip truncated", lambda v: h.zipped(v)[:-200], "not a ZIP archive"),
    Case("zip without its beginning", lambda v: h.zipped(v)[500:], ""),
    Case("zip local name", h.edited_archive(b"config.json", b"cinfog.json"), "is damaged"),
    Case("zip garbage in a stream", h.edited_archive(b"PK\3\4", b"XX\3\4"), "is damaged"),
    Case("zip comment lies", lambda v: h.zipped(v) + b"PK\5\6" + b"\xff" * 18, ""),
    Case("zip deflate broken", lambda v: h.zipped(v)[:60] + b"\xff" * 60 + h.zipped(v)[120:], "is damaged"),
    Case("zip empty", lambda _: b"", "not a ZIP archive"),
    Case("zip garbage", lambda _: b"garbage" * 1000, "not a ZIP archive"),
    Case("zip of nothing", lambda _: h.zipped({}), "contains no config.json"),
    Case("zip of a zip", lambda v: h.zipped({"a.zip": h.zipped(v)}), "contains no config.json"),
    Case(
        "zip symlink weights",
        h.with_member("model.safetensors", b"/etc/passwd", external_attr=h.LINK),
        "is a link to another file",
    ),
    Case(
        "zip symlink README",
        h.with_member("README.md", b"/etc/passwd", external_attr=h.LINK),
        "is a link to another file",
    ),
    Case("zip symlink elsewhere", h.with_member("notes", b"/etc/passwd", external_attr=h.LINK), TAKEN),
    Case("zip duplicates", h.repeated, "contains config.json twice"),
    Case("zip folder named config.json", lambda v: v | {"config.json/x": b""}, TAKEN),
    Case("zip names upwards", lambda v: v | {"../../escaped/config.json": b"{}", "/abs/tokenizer.json": b"{}"}, TAKEN),
    Case("zip all names upwards", lambda v: {f"../../{n}": c for n, c in v.items()}, TAKEN),
    Case("zip path of 60,000", lambda v: v | {"a/" * 30_000: b"x"}, TAKEN),
    Case("zip 60,000 entries", h.entries(60_000), "The archive's list of files is larger than 2 MB"),
    Case("zip bomb 3 GB", h.bomb("model.safetensors", 3 << 30), "unpacks to more than"),
    Case("zip bomb 30 GB", h.bomb("model.safetensors", 30 << 30), "unpacks to more than"),
    Case("zip bomb tokenizer 3 GB", h.bomb("tokenizer.json", 3 << 30), "tokenizer.json has 3,221.2 MB"),
    Case("zip bomb elsewhere", h.bomb("other.bin", 3 << 30), TAKEN),
    Case("zip bomb that lies", h.bomb("model.safetensors", 1 << 30, lie=True), ""),
    Case(
        "zip LZMA dictionary 4 GB",
        h.with_member("model.safetensors", b"", compress_type=zipfile.ZIP_LZMA),
        "method “LZMA”",
    ),
)

CASES: tuple[Case, ...] = (*PLAIN, *CONFIG, *TOKENIZER, *WEIGHTS, *ARCHIVE)
__all__ = ["CASES", "Change"]
