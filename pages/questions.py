"""Questions: the answer to a question, marked in a passage; what else it could be; many questions on one passage."""

from core.inspect.occlusion import explain_answer
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.question_answering.snippet import questions_snippet
from pages.ui import frame, inputs, visitor
from pages.ui.desk import answer
from pages.ui.export import leave_row
from pages.ui.files import file_view
from pages.ui.markup import callout, show
from pages.ui.render import answers
from pages.ui.side_by_side import Reply, ask, draw
from pages.ui.why import rests_on

MOST_QUESTIONS = 50


def one_question() -> None:
    """The answers, where they could start and end, and the windows of a long passage."""
    checkpoints, request = inputs.ask("question-answering", "questions")
    why = inputs.reasons("questions")

    def picture(reply: Reply) -> None:
        answers.inspector(reply.result, f"boundaries-{reply.checkpoint}")
        if why:
            rests_on(reply, lambda e, one: explain_answer(e, one, request, reply.result.best))

    with answer():
        leave_row("questions", draw(ask("question-answering", checkpoints, [request]), picture))


def several_questions() -> None:
    """Many questions about one passage."""
    values = inputs.texts(
        "several-questions",
        "several",
        {"context": "Passage", "questions": "Questions, one per line"},
        long=["context", "questions"],
    )
    checkpoints, options = inputs.picker_and_options("question-answering", "several")
    with answer():
        questions = inputs.lines(values["questions"], MOST_QUESTIONS)
        if not questions:
            show(callout("There is no question yet.", "Write one per line, or pick an example.", "note"))
            return
        requests = [QuestionAnsweringRequest(question, values["context"], **options) for question in questions]
        good = draw(ask("question-answering", checkpoints, requests), lambda reply: answers.several(reply.results))
        leave_row("several-questions", good, code=several_code)


def several_code(reply: Reply) -> str:
    """The code that asks all questions."""
    return questions_snippet(visitor.catalog()[reply.checkpoint], reply.requests)


def file() -> None:
    """A file of questions with their passages."""
    file_view("question-answering", "questions_file")


VIEWS = {"One question": one_question, "Several questions": several_questions, "A file": file}

frame.page(__file__, "questions_view", VIEWS)
