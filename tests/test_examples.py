"""Every example of every page, asked of the model that it opens with: the answer is what the example promises."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pytest

from core.checkpoints.catalog import load_catalog
from core.files.tables import read_table
from core.inspect.geometry import default_texts, texts_of
from core.inspect.geometry_run import GeometryRun
from core.inspect.masked import Scheme, masked_epochs
from core.inspect.neurons import find_neurons
from core.paths import ROOT
from core.runtime.local import LocalEngine
from core.settings import Settings
from core.tasks import TASKS
from core.tasks.attention.schema import AttentionRequest
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.replaced_token_detection.schema import ReplacedTokenDetectionRequest
from core.tasks.text_classification.schema import TextClassificationRequest, TextClassificationResult
from core.vectors.similarity import compare_places, compare_texts, rank_texts
from pages.ui.inputs.examples import TASK_OF_VIEW, ExampleRow, examples
from pages.ui.inputs.forms import form_of, request_of
from pages.ui.inputs.texts import between_commas
from tests.working import result_of

TOPICS = (*TASKS, *TASK_OF_VIEW)
FAILS = "Watch it fail: "
EXAMPLES = [(topic, example) for topic in TOPICS for example in examples(topic)]


@pytest.fixture(scope="module")
def engine() -> LocalEngine:
    """The engine as it is shipped."""
    return LocalEngine(Settings(device="cpu"))


def model(topic: str, example: ExampleRow) -> str:
    return example.get("checkpoint") or load_catalog().supporting(TASK_OF_VIEW.get(topic, topic))[0].id


def ask(engine: LocalEngine, topic: str, example: ExampleRow) -> object:
    """The result of a task."""
    values = {name: example.get(name, "") for name in form_of(topic).labels}
    (result,) = engine.run(topic, model(topic, example), [request_of(topic, values, {})])
    return result


def fills(engine: LocalEngine, example: ExampleRow) -> str:
    return ", ".join(mask.fills[0].text for mask in ask(engine, "fill-mask", example).masks)


def surprise(engine: LocalEngine, example: ExampleRow) -> str:
    """The least expected word; what is likelier than another text has to be."""
    result = ask(engine, "pseudo-likelihood", example)
    if "likelier_than" in example:
        other = next(one for one in examples("pseudo-likelihood") if one["name"] == example["likelier_than"])
        assert result.log_likelihood > ask(engine, "pseudo-likelihood", other).log_likelihood
    if "expect" not in example:
        return ""
    word = min(result.words, key=lambda pieces: sum(piece.log_probability for piece in pieces))
    return result.text[word[0].start : word[-1].end]


def names(engine: LocalEngine, example: ExampleRow) -> str:
    found = ask(engine, "token-classification", example).entities
    return ", ".join(f"{entity.text} {entity.entity_group}" for entity in found)


def answer(engine: LocalEngine, example: ExampleRow) -> str:
    best = ask(engine, "question-answering", example).best
    return best.text if best else ""


def answers(engine: LocalEngine, example: ExampleRow) -> str:
    """One answer per line, a hyphen where there is none."""
    requests = [QuestionAnsweringRequest(question, example["context"]) for question in example["questions"].split("\n")]
    results = engine.run("question-answering", model("several-questions", example), requests)
    return "\n".join(result.best.text if result.best else "-" for result in results)


def cosine(engine: LocalEngine, example: ExampleRow) -> str:
    """What is expected, if the cosine lies within it."""
    low, high = map(float, example["expect"].split(" to "))
    found = ask(engine, "sentence-similarity", example).similarity
    return example["expect"] if low <= found <= high else f"{found:.3f}"


def neighbours(similarities: np.ndarray, groups: str) -> str:
    """The group of the line nearest to each line."""
    others = similarities - 2 * np.eye(len(similarities))
    return "".join(groups[n] for n in others.argmax(1))


def lines(engine: LocalEngine, example: ExampleRow) -> str:
    texts = example["texts"].split("\n")
    found = compare_texts(engine, model("matrix", example), texts).similarities
    if "nearest" in example:
        assert texts[int(found[0, 1:].argmax()) + 1] == example["nearest"]
        return ""
    return neighbours(found, example["expect"])


def places(engine: LocalEngine, example: ExampleRow) -> str:
    """On the last layer, where the view opens, each sense is nearer to itself than to the other in every pair."""
    found = compare_places(engine, model("contexts", example), example["word"], example["texts"].split("\n"))
    last, groups = found.similarities[-1], example["expect"]
    same = [last[a, b] for a in range(len(last)) for b in range(a) if groups[a] == groups[b]]
    different = [last[a, b] for a in range(len(last)) for b in range(a) if groups[a] != groups[b]]
    assert min(same) > max(different)
    return neighbours(last, groups)


def nearest(engine: LocalEngine, example: ExampleRow) -> str:
    texts = example["texts"].split("\n")
    found = rank_texts(engine, model("search", example), example["query"], texts)
    return texts[found.hits[0].place]


def swapped(engine: LocalEngine, example: ExampleRow) -> str:
    return ", ".join(word.text for word in ask(engine, "replaced-token-detection", example).suspects)


def link(engine: LocalEngine, example: ExampleRow) -> str:
    """From the first token that is named, its strongest link to an ordinary token in another place."""
    layer, head = int(example["layer"]), int(example["head"])
    request = AttentionRequest(example["text"], example.get("text_pair", ""), layer, head)
    (result,) = engine.run("attention", model("attention", example), [request])
    weights = result.attentions[0, 0].astype(np.float32)
    source = result.labels.index(example["expect"].split(", ")[0])
    ordinary = [n for n, label in enumerate(result.labels) if not label.startswith("[") and n != source]
    best = max(ordinary, key=lambda n: weights[source, n])
    return f"{result.labels[source]}, {result.labels[best]}"


def tokens(engine: LocalEngine, example: ExampleRow) -> str:
    """What is expected, if the tokens have it."""
    found = " ".join(piece.token for piece in engine.tokenize(model("tokenizers", example), example["text"]).own)
    return example["expect"] if example["expect"] in found else found


def label(engine: LocalEngine, example: ExampleRow, *, task: str) -> str:
    return ask(engine, task, example).labels[0].label


def concluded(engine: LocalEngine, example: ExampleRow) -> str:
    """What a forward pass ends in."""
    end = ask(engine, "forward-pass", example).conclusion
    return end.said.split("“")[1].split("”")[0] if end else ""


def fired(engine: LocalEngine, example: ExampleRow) -> str:
    """The piece on which the neuron fires most."""
    texts = [one.text for one in default_texts()]
    found = find_neurons(engine, model("neurons", example), int(example["layer"]), texts)
    return found.neuron(int(example["neuron"])).pieces[0][0]


def hidden(engine: LocalEngine, example: ExampleRow) -> str:
    """The tokens that the page hides at first."""
    (one,) = masked_epochs(engine, model("masking", example), example["text"], Scheme(), 1, 1, dynamic=True)
    return ", ".join(piece.token for piece in one.result.pieces)


def unswapped(engine: LocalEngine, example: ExampleRow) -> str:
    """The words that look swapped before any is."""
    checkpoint = model("replacing", example)
    (result,) = engine.run("replaced-token-detection", checkpoint, [ReplacedTokenDetectionRequest(example["text"])])
    return ", ".join(word.text for word in result.suspects) or "nothing"


def most_frequent(engine: LocalEngine, example: ExampleRow) -> str:
    """The word that is measured in most texts."""
    texts = texts_of(example["texts"].splitlines()) or default_texts()
    run = GeometryRun((model("geometry", example),), texts, between_commas(example["words"]))
    return result_of(run, engine).geometries[0].words[0].text


SAYS: dict[str, Callable[[LocalEngine, ExampleRow], str]] = {
    **{task: partial(label, task=task) for task, spec in TASKS.items() if spec.result is TextClassificationResult},
    "fill-mask": fills,
    "candidate-ranking": lambda engine, one: ask(engine, "candidate-ranking", one).candidates[0].text,
    "pseudo-likelihood": surprise,
    "replaced-token-detection": swapped,
    "token-classification": names,
    "question-answering": answer,
    "sentence-similarity": cosine,
    "feature-extraction": lambda engine, one: str(len(ask(engine, "feature-extraction", one).embedding)),
    "word-in-context": lambda engine, one: ask(engine, "word-in-context", one).word,
    "attention": link,
    "ablation": lambda engine, one: f"{ask(engine, 'ablation', one).before:.2f}",
    "attribution": lambda engine, one: TASKS["attribution"].summary(ask(engine, "attribution", one))["word"],
    "forward-pass": concluded,
    "hidden-states": lambda engine, one: TASKS["hidden-states"].summary(ask(engine, "hidden-states", one))[
        "most_turned"
    ],
    "logit-lens": lambda engine, one: TASKS["logit-lens"].summary(ask(engine, "logit-lens", one))["word"],
    "several-questions": answers,
    "matrix": lines,
    "search": nearest,
    "contexts": places,
    "tokenizers": tokens,
    "geometry": most_frequent,
    "neurons": fired,
    "masking": hidden,
    "replacing": unswapped,
}


def test_every_topic_of_the_file_is_asked() -> None:
    file = (ROOT / "assets" / "examples.toml").read_text(encoding="utf-8")
    assert set(SAYS) == set(TOPICS) == {line[2:-2] for line in file.splitlines() if line.startswith("[[")}


def name(values: Sequence[object]) -> str:
    return "-".join(one if isinstance(one, str) else one["name"] for one in values)


@pytest.mark.parametrize(("topic", "example"), EXAMPLES, ids=map(name, EXAMPLES))
def test_an_example_shows_what_it_promises(topic: str, example: ExampleRow, engine: LocalEngine) -> None:
    assert {"expect", "nearest", "likelier_than"} & set(example)
    assert SAYS[topic](engine, example) == example.get("expect", "")


@pytest.mark.parametrize(("topic", "example"), EXAMPLES, ids=map(name, EXAMPLES))
def test_an_example_that_fails_says_why(topic: str, example: ExampleRow) -> None:
    assert not example["name"].startswith(FAILS) or example.get("look")


@pytest.mark.parametrize("topic", TOPICS)
def test_no_view_opens_with_a_failure(topic: str) -> None:
    assert not examples(topic)[0]["name"].startswith(FAILS)


def test_the_reviews_of_the_file_are_mostly_judged_right_and_some_are_not(engine: LocalEngine) -> None:
    table = read_table("reviews.csv", (ROOT / "assets" / "reviews.csv").read_bytes())
    texts, labels = table.column("text"), table.column("label")
    results = engine.run("text-classification", "minilm-sentiment", [TextClassificationRequest(text) for text in texts])
    right = sum(result.labels[0].label == label for result, label in zip(results, labels, strict=True))
    assert 0.8 <= right / len(texts) < 1
