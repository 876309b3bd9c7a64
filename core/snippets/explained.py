"""The number that an explanation explains, in snippets: its words, and its value without some of them."""

from string import Template
from textwrap import indent

from core.checkpoints.catalog import Checkpoint
from core.inspect.subject import MOST_WORDS, Subject
from core.snippets.script import fits
from core.tasks.token_classification.snippet import BYTE_LEVEL, letter_by_letter
from core.text.spans import PLACEHOLDER, WORD

WITHOUT = Template("""\
gap = re.compile(r"$gap")
kept = $kept  # the field and the place of the answer, which stays
words = [  # where each word stands that may be taken away
    (field, *match.span())
    for field, text in texts.items()
    for match in re.finditer(r"$word", text)
    if not any(match.start() < place.end() and match.end() > place.start() for place in gap.finditer(text))
    and not (field == kept[0] and match.start() < kept[2] and match.end() > kept[1])
]


def without(numbers, filler):
    \"\"\"The texts without these words; a text of which nothing is left becomes a full stop.\"\"\"
    changed = dict(texts)
    for field, start, end in sorted((words[n] for n in numbers), key=lambda word: -word[1]):
        changed[field] = changed[field][:start] + filler + changed[field][end:]
    return {field: text if text.strip() else "." for field, text in changed.items()}

$place$prepare
@functools.cache
def value(numbers, filler=""):
    \"\"\"$what, without these words.\"\"\"
    changed = without(numbers, filler)
$value


""")
PLACE = '''
def place(numbers, filler):
    """Where the answer stands then."""
    gone = (words[n] for n in numbers)
    shift = sum(end - start - len(filler) for field, start, end in gone if field == kept[0] and end <= kept[1])
    return kept[1] - shift, kept[2] - shift
'''
CLASS = Template("""\
    inputs = tokenizer(*changed.values(), truncation=True, max_length=$length, return_tensors="pt")
    return model(**inputs).logits[0].softmax(-1)[model.config.label2id[$name]].item()""")
FILL = Template("""\
    text = gap.sub(tokenizer.mask_token, changed["text"])
    inputs = tokenizer(text, truncation=True, max_length=$length, return_tensors="pt")
    at = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero()[$number, 0]
    shares = model(**inputs).logits[0, at].softmax(-1)
    return shares[$piece].item() if $piece in shares.topk(100).indices else 0.0""")
COSINE = Template("""\
    vectors = []
    for text in changed.values():
        inputs = tokenizer(text, truncation=True, max_length=$length, return_tensors="pt")
        vectors.append(model(**inputs, output_hidden_states=True).hidden_states[-1][0].mean(0))
    return torch.cosine_similarity(*vectors, dim=0).item()""")
NAME = Template("""\
    start, end = place(numbers, filler)
    found = tagger(changed["text"], aggregation_strategy="first")
    same = [one for one in found if one["entity_group"] == $name and one["start"] < end and one["end"] > start]
    return max((float(one["score"]) for one in same), default=0.0)""")
TAGGER = Template("""
tagger = pipeline("token-classification", model=$model, tokenizer=tokenizer)

""")
ANSWER = Template("""\
    inputs = tokenizer(*changed.values(), return_tensors="pt", return_offsets_mapping=True)
    offsets, numbers_of = inputs.pop("offset_mapping")[0].tolist(), inputs.word_ids()
    passage = [n for n, text in enumerate(inputs.sequence_ids()) if text == 1]
    output = model(**inputs)
    starts, ends = output.start_logits[0], output.end_logits[0]
    seen = [n for n in passage if changed["context"][slice(*offsets[n])].strip()]  # a blank alone is no word
    first = {n for last, n in zip([None, *seen], seen) if last is None or numbers_of[n] != numbers_of[last]}
    last = {n for n, after in zip(seen, [*seen[1:], None]) if after is None or numbers_of[n] != numbers_of[after]}
    spans = {
        (a, b): (starts[a] + ends[b]).item() for a in first for b in last if a <= b < a + $longest
    }
    none = (starts[0] + ends[0]).item() + getattr(model.config, "no_answer_bias", 0.0)
    total = torch.tensor([none, *spans.values()]).logsumexp(0).item()
$read""")
NONE = "    return math.exp(none - total)"
SPAN = """\
    start, end = place(numbers, filler)
    begin = [n for n in passage if offsets[n][0] <= start][-1]
    finish = passage[min(sum(offsets[n][1] < end for n in passage), len(passage) - 1)]
    starting = sum(math.exp(logit - total) for (a, _), logit in spans.items() if a == begin)
    return starting * sum(math.exp(logit - total) for (_, b), logit in spans.items() if b == finish)"""


def has_code(checkpoint: Checkpoint, subject: Subject) -> bool:
    """Whether there is code for what is explained: not for long texts, nor where names need pieces read by hand."""
    texts = subject.texts.values()
    plain = all(map(letter_by_letter, texts)) and checkpoint.model_type not in BYTE_LEVEL
    short = fits(checkpoint, " ".join(texts)) and len(subject.words) < MOST_WORDS
    return short and (plain or subject.task != "token-classification")


def words_and_value(checkpoint: Checkpoint, subject: Subject) -> str:
    """The lines that define the words and the explained number without some of them."""
    field = "context" if subject.task == "question-answering" else "text"
    names = subject.task == "token-classification"
    model = "model.merge_and_unload()" if checkpoint.base else "model"
    lines = WITHOUT.substitute(
        gap=PLACEHOLDER.pattern,
        kept=repr((field, subject.target.start, subject.target.end)),
        word=WORD.pattern,
        place=PLACE if subject.target.end else "",
        prepare=TAGGER.substitute(model=model) if names else "",
        what=f"“{subject.name}”, the number that is explained".replace("\\", "").replace('"', ""),
        value=value_lines(checkpoint, subject),
    )
    return f"texts = {subject.texts!r}\n{lines}"


def words_and_value_of_rows(checkpoint: Checkpoint, task: str) -> str:
    """The same inside a function that is given `texts` and, for a class, its `name`; empty where no row can have code:
    what else is explained has a place in its text, which only the playground finds."""
    values = {
        "text-classification": CLASS.substitute(length=checkpoint.context_length, name="name"),
        "sentence-similarity": COSINE.substitute(length=checkpoint.context_length),
    }
    if task not in values:
        return ""
    what = "The number that is explained"
    lines = WITHOUT.substitute(
        gap=PLACEHOLDER.pattern, kept=("", 0, 0), word=WORD.pattern, place="", prepare="", what=what, value=values[task]
    )
    return indent(lines, "    ")


def value_lines(checkpoint: Checkpoint, subject: Subject) -> str:
    """The lines that give the number."""
    target, length = subject.target, checkpoint.context_length
    match subject.task:
        case "text-classification":
            return CLASS.substitute(length=length, name=repr(target.name))
        case "sentence-similarity":
            return COSINE.substitute(length=length)
        case "token-classification":
            return NAME.substitute(name=repr(target.name))
        case "question-answering":
            read = NONE if target.start == target.end else SPAN
            return ANSWER.substitute(longest=subject.request.max_answer_tokens, read=read)
        case _:
            number = len(list(PLACEHOLDER.finditer(subject.texts["text"][: target.start])))
            return FILL.substitute(length=length, number=number, piece=target.piece)
