"""A visitor of the benchmark on a real server: what is typed runs its view alone, and is shown to nobody else."""

from benchmarks.classroom import Lesson, look, teach
from benchmarks.servers import Server
from benchmarks.visitors import Visitor
from tests.own_loop import in_own_loop


def test_what_is_typed_runs_the_view_alone(playground_server: Server) -> None:
    async def visit() -> tuple[Visitor, int]:
        async with Visitor(playground_server.port) as visitor:
            await visitor.open("fill-mask")
            whole = visitor.received
            await visitor.write({"fill_text": "The guest0question1 was very ___ today."})
            return visitor, visitor.received - whole

    visitor, received = in_own_loop(visit())
    newest = max(one.run for one in visitor.drawn.values())
    bodies = {one.element.body: one.run for one in visitor.drawn.values() if one.kind == "html"}
    style = next(run for body, run in bodies.items() if "The look of the playground" in body)
    title = next(run for body, run in bodies.items() if "<h1>Fill a mask</h1>" in body)
    caveat = next(run for body, run in bodies.items() if "What this does not tell you" in body)
    answer = next(run for body, run in bodies.items() if "pg-bars" in body and "pg-head" not in body and run == newest)
    assert max(style, title, caveat) < answer
    assert received < 40_000
    assert "guest0question1" in visitor.shown()
    assert not visitor.complaints()


def test_opening_a_popover_brings_what_is_in_it(playground_server: Server) -> None:
    async def visit() -> list[int]:
        async with Visitor(playground_server.port) as visitor:
            await visitor.open("fill-mask")
            before = [one.kind for one in visitor.drawn.values()]
            await visitor.unfold("popover-python")
            return [before.count("code"), [one.kind for one in visitor.drawn.values()].count("code")]

    assert in_own_loop(visit()) == [0, 1]


def test_a_lesson_notes_answers_and_nobody_sees_what_another_typed(playground_server: Server) -> None:
    lesson = in_own_loop(teach(playground_server, 3, think=0, seconds=4, pages=("fill-mask", "attention")))
    assert len(lesson.answers) >= 3
    assert len(lesson.openings) >= 3
    assert not lesson.errors
    assert not lesson.strangers
    assert lesson.memory
    assert lesson.memory[0] > 10_000_000


def test_texts_of_others_and_missing_ones_are_noticed() -> None:
    class Shows:
        def complaints(self) -> list[str]:
            return []

        def shown(self) -> str:
            return "Guest1question1 and Guest22question5; in base64 Qz1x5"

    lesson = Lesson()
    look(Shows(), 1, 1, lesson, echoed=True)  # type: ignore[arg-type]
    assert (lesson.strangers, lesson.errors) == (["guest22question5"], [])
    look(Shows(), 1, 2, lesson, echoed=True)  # type: ignore[arg-type]
    assert lesson.errors == ["visitor 1: the page does not show question 2"]
