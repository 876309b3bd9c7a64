"""question-answering outside the playground: every span of whole words, in windows where the passage is long."""

from collections.abc import Sequence
from string import Template

from core.checkpoints.catalog import Checkpoint
from core.snippets.script import script
from core.tasks.question_answering.schema import QuestionAnsweringRequest

BODY = Template('''\
context = $context


def ask(question, top_k=$top_k, longest=$longest):
    """The best answers that do not overlap, and how probable it is that the passage has none."""
    inputs = tokenizer(question, context, return_tensors="pt", return_offsets_mapping=True)
    offsets, words = inputs.pop("offset_mapping")[0].tolist(), inputs.word_ids()
    passage = [n for n, sequence in enumerate(inputs.sequence_ids()) if sequence == 1]

    def spans(window, starts, ends):
        """(logit, start, end) of every run of whole words among the pieces of `window`."""
        seen = [n for n in window if context[slice(*offsets[n])].strip()]  # a blank alone is no word
        begin = {n for last, n in zip([None, *seen], seen) if last is None or words[n] != words[last]}
        end = {n for n, after in zip(seen, [*seen[1:], None]) if after is None or words[n] != words[after]}
        for i, first in enumerate(window):
            if first in begin:
                for j, last in enumerate(window[i : i + longest], i):
                    if last in end:
                        yield starts[i] + ends[j], offsets[first][0], offsets[last][1]

    size = $window - len(words) + len(passage)  # what the question leaves of a window of $window tokens
    found, none = [], []
    for begin in [*range(0, len(passage) - size, size - min(128, size // 2)), max(0, len(passage) - size)]:
        window = passage[begin : begin + size]
        columns = [*range(passage[0]), *window, -1]
        output = model(**{name: rows[:, columns] for name, rows in inputs.items()})
        starts, ends = output.start_logits[0].tolist(), output.end_logits[0].tolist()
        found += spans(window, starts[passage[0] :], ends[passage[0] :])
        none.append(starts[0] + ends[0])

    no_answer = min(none) + getattr(model.config, "no_answer_bias", 0.0)
    total = torch.tensor([no_answer, *(logit for logit, _, _ in found)]).logsumexp(0).item()
    answers = []
    for logit, start, end in sorted(found, reverse=True):
        if all(end <= other["start"] or start >= other["end"] for other in answers):
            score = math.exp(logit - total)
            answers.append({"text": context[start:end], "start": start, "end": end, "score": score})
    return {"answers": answers[:top_k], "no_answer_score": math.exp(no_answer - total)}


$result
print(json.dumps(result, ensure_ascii=False, indent=1))
''')

ALL = """\
questions = $questions
result = {question: ask(question) for question in questions}"""


def snippet(checkpoint: Checkpoint, request: QuestionAnsweringRequest) -> str:
    """The code for one request."""
    return write(checkpoint, request, f"result = ask({request.question!r})")


def questions_snippet(checkpoint: Checkpoint, requests: Sequence[QuestionAnsweringRequest]) -> str:
    """The code for several questions about one passage; prints the answers by question."""
    questions = repr([request.question for request in requests])
    return write(checkpoint, requests[0], Template(ALL).substitute(questions=questions))


def write(checkpoint: Checkpoint, request: QuestionAnsweringRequest, result: str) -> str:
    """The file that asks about the passage of `request` with its limits; `result` are the lines that ask."""
    body = BODY.substitute(
        context=repr(request.context),
        window=min(384, checkpoint.context_length),
        top_k=request.top_k,
        longest=request.max_answer_tokens,
        result=result,
    )
    return script(checkpoint, body, standard=("math",))
