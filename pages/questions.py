"""Questions: the answer to a question, marked in a passage; what else it could be; many questions on one passage."""

from core.inspect.subject import answer_subject
from core.tasks.question_answering.schema import QuestionAnsweringRequest
from core.tasks.question_answering.snippet import questions_snippet
from pages.ui.answers import question_answering
from pages.ui.app import frame, library
from pages.ui.app.desk import answer
from pages.ui.app.replies import Reply, ask
from pages.ui.figures.export import leave_row
from pages.ui.figures.markup import callout, show
from pages.ui.inputs.forms import ask_for, picker_and_options
from pages.ui.inputs.options import reasons
from pages.ui.inputs.texts import lines_of, text_boxes
from pages.ui.views.explanation import rests_on
from pages.ui.views.files.file_view import file_view
from pages.ui.views.side_by_side import draw

MOST_QUESTIONS = 50


def one_question() -> None:
    """The answers, where they could start and end, and the windows of a long passage."""
    checkpoints, request = ask_for("question-answering", "questions")
    explained = reasons("questions")

    def picture(reply: Reply) -> None:
        question_answering.inspector(reply.result, f"boundaries-{reply.checkpoint}")
        if explained:
            rests_on(reply, answer_subject(request, reply.result.best))

    with answer():
        leave_row("questions", draw(ask("question-answering", checkpoints, [request]), picture))


def several_questions() -> None:
    """Many questions about one passage."""
    values = text_boxes(
        "several-questions",
        "several",
        {"context": "Passage", "questions": "Questions, one per line"},
        long=["context", "questions"],
    )
    checkpoints, options = picker_and_options("question-answering", "several")
    with answer():
        questions = lines_of(values["questions"], MOST_QUESTIONS)
        if not questions:
            show(callout("There is no question yet.", "Write one per line, or pick an example.", "note"))
            return
        requests = [QuestionAnsweringRequest(question, values["context"], **options) for question in questions]
        good = draw(
            ask("question-answering", checkpoints, requests), lambda reply: question_answering.several(reply.results)
        )
        leave_row("several-questions", good, code=several_code)


def several_code(reply: Reply) -> str:
    """The code that asks all questions."""
    return questions_snippet(library.catalog()[reply.checkpoint], reply.requests)


def file() -> None:
    """A file of questions with their passages."""
    file_view("question-answering", "questions_file")


VIEWS = {"One question": one_question, "Several questions": several_questions, "A file": file}

frame.page(__file__, "questions_view", VIEWS)
