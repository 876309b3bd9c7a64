"""A class in front of one server: how long a click takes, what a visitor weighs, who sees what another has typed.

Every text carries a mark of its visitor, which is looked for on the page that comes back.
"""

import asyncio
import random
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.servers import Server, naive, playground
from benchmarks.visitors import Visitor
from core.runtime.garbage import ROUND_S

WORDS = (
    "river",
    "stone",
    "lamp",
    "garden",
    "engine",
    "paper",
    "horse",
    "cloud",
    "bridge",
    "silver",
    "market",
    "island",
)
MARK = re.compile(r"guest(\d+)question\d+", re.IGNORECASE)  # long, as pictures in base64 hold any short word
TEXTS = {  # page of the playground to its text boxes
    "fill-mask": {"fill_text": "{mark} said that the {words} was very ___ today."},
    "entities": {"entities_text": "{mark} met Angela Merkel in Paris, near the {words}, and wrote to the Red Cross."},
    "questions": {
        "questions_question": "Who wrote about {mark}?",
        "questions_context": "In 1921 a teacher wrote about {mark} and the {words}. Nobody else did so before her.",
    },
    "attention": {"attention_text": "{mark} saw the {words} again."},
}
NAIVE = {"": {"": "{mark} said that the {words} was very [MASK] today."}}
IN_PIECES = ("attention",)  # pages that show a text in pieces only; the code that they offer has it whole
FILL = ("fill-mask",)
CLASS = 32  # visitors
THINK_S = 10
ROUNDS = 20
WARM_S = 15
LEFT_S = 12  # after which the server forgets who left, when the next one comes
COLLECTED_S = ROUND_S + 5  # after which what they held is collected


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was measured, what came out, and whether that reaches the floor."""

    name: str
    found: str
    floor: str
    reached: bool


@dataclass
class Lesson:
    """What a class has seen: seconds of every answer and of every page opened, what went wrong, mixed-up texts."""

    answers: list[float] = field(default_factory=list)
    openings: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)  # marks of others on somebody's page
    seconds: float = 0.0
    memory: list[int] = field(default_factory=list)  # bytes of the server, every second

    @property
    def rate(self) -> float:
        """Answers a second of all visitors together."""
        return len(self.answers) / self.seconds

    def percentile(self, share: float) -> float:
        """Seconds in which that share of the answers came."""
        ordered = sorted(self.answers)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


async def teach(server: Server, visitors: int, *, think: float, seconds: float, pages: Sequence[str] = FILL) -> Lesson:
    """So many visitors, who look at each answer for about `think` seconds, until the time is up."""
    lesson = Lesson()
    began = time.monotonic()
    watching = asyncio.create_task(watch(server, lesson))
    async with asyncio.TaskGroup() as group:
        for number in range(visitors):
            group.create_task(attend(server, number, lesson, began + seconds, think, pages))
    lesson.seconds = time.monotonic() - began
    watching.cancel()
    return lesson


async def watch(server: Server, lesson: Lesson) -> None:
    """Notes the memory of the server every second."""
    while True:
        lesson.memory.append(server.memory_bytes)
        await asyncio.sleep(1)


async def attend(server: Server, number: int, lesson: Lesson, until: float, think: float, pages: Sequence[str]) -> None:
    """One visitor, from the first page to the end of the lesson."""
    draw = random.Random(number)
    texts = NAIVE if server.naive else {page: TEXTS[page] for page in pages}
    asked = 0
    await asyncio.sleep(draw.random() * think)  # nobody clicks in step
    async with Visitor(server.port) as visitor:
        while time.monotonic() < until:
            for page, boxes in texts.items():
                if asked == 0 or len(texts) > 1:
                    lesson.openings.append(await visitor.open(page))
                    await pause(draw, think)
                asked += 1
                lesson.answers.append(await visitor.write(written(boxes, number, asked)))
                if page in IN_PIECES:
                    await visitor.unfold("popover-python")
                look(visitor, number, asked, lesson, echoed=not server.naive)
                await pause(draw, think)
                if time.monotonic() > until:
                    break


async def pause(draw: random.Random, think: float) -> None:
    """Half to one and a half times the time to think."""
    await asyncio.sleep(draw.uniform(0.5, 1.5) * think)


def written(boxes: dict[str, str], visitor: int, number: int) -> dict[str, str]:
    """The texts of one question, which nobody has asked before."""
    words = " ".join(random.Random(visitor * 100_003 + number).choices(WORDS, k=8))
    return {box: text.format(mark=f"Guest{visitor}question{number}", words=words) for box, text in boxes.items()}


def look(visitor: Visitor, number: int, asked: int, lesson: Lesson, *, echoed: bool) -> None:
    """Notes what is wrong on the page that came back."""
    lesson.errors += visitor.complaints()
    shown = {match[0].lower(): match[1] for match in MARK.finditer(visitor.shown())}
    lesson.strangers += [mark for mark, owner in shown.items() if owner != str(number)]
    if echoed and f"guest{number}question{asked}" not in shown:
        lesson.errors.append(f"visitor {number}: the page does not show question {asked}")


async def alone(servers: Sequence[Server], rounds: int) -> list[tuple[float, float]]:
    """For each server, one visitor's median seconds of a new answer and of one given before; the servers take turns."""
    new: list[list[float]] = [[] for _ in servers]
    repeated: list[list[float]] = [[] for _ in servers]
    visitors = [Visitor(server.port) for server in servers]
    boxes = [NAIVE[""] if server.naive else TEXTS["fill-mask"] for server in servers]
    async with visitors[0], visitors[1]:
        for visitor, server in zip(visitors, servers, strict=True):
            await visitor.open("" if server.naive else "fill-mask")
        for number in range(-3, rounds):  # three that warm up
            for n, visitor in enumerate(visitors):
                took = await visitor.write(written(boxes[n], 0, number)), await visitor.write(written(boxes[n], 1, 0))
                await asyncio.sleep(0.3)  # what is tidied up after an answer is not part of the next
                if number >= 0:
                    new[n].append(took[0])
                    repeated[n].append(took[1])
    return [(statistics.median(a), statistics.median(b)) for a, b in zip(new, repeated, strict=True)]


async def compare(seconds: float) -> list[Finding]:
    """The playground beside the naive page, both on this machine in this run."""
    with naive() as plain, playground() as product:
        (new, repeated), (plain_new, _) = await alone((product, plain), ROUNDS)
        before = product.memory_bytes
        crowd = await teach(product, CLASS, think=0, seconds=seconds)
        weight = (max(crowd.memory) - before) / CLASS / 1e6
        plain_crowd = await teach(plain, CLASS, think=0, seconds=seconds)
        thinking = await teach(product, CLASS, think=THINK_S, seconds=2 * seconds)
        await forget(product)
        second = await teach(product, CLASS, think=0, seconds=seconds / 2)
        more = (max(second.memory) - max(*crowd.memory, *thinking.memory)) / CLASS / 1e6
    lessons = (crowd, thinking, second)
    share, gain, p95 = new / plain_new, crowd.rate / plain_crowd.rate, thinking.percentile(0.95)
    wrong = sum(len(one.errors) for one in lessons)
    strangers = sum(len(one.strangers) for one in lessons)
    return [
        Finding("one visitor, a new answer", f"{share:.0%} of naive ({new * 1000:.0f} ms)", "60 %", share <= 0.6),
        Finding("one visitor, a repeated answer", f"{repeated * 1000:.0f} ms", "100 ms", repeated <= 0.1),
        Finding(
            f"{CLASS} visitors without a pause",
            f"{gain:.1f}× naive ({crowd.rate:.1f} answers/s, p50 {crowd.percentile(0.5):.1f} s)",
            "3×",
            gain >= 3,
        ),
        Finding(f"{CLASS} visitors who think for {THINK_S} s", f"p95 {p95:.2f} s", "1 s", p95 <= 1),
        Finding("memory per visitor", f"{weight:.1f} MB", "4 MB", weight <= 4),
        Finding("memory added by a second class", f"{more:.1f} MB per visitor", "1 MB", more <= 1),
        Finding("errors", str(wrong), "0", not wrong),
        Finding("other visitors' texts seen", str(strangers), "0", not strangers),
    ]


async def forget(server: Server) -> None:
    """Waits until those who left are forgotten and what they held is given back."""
    await asyncio.sleep(LEFT_S)
    async with Visitor(server.port) as next_one:
        await next_one.open()
    await asyncio.sleep(COLLECTED_S)


async def soak(visitors: int, think: float, seconds: float) -> tuple[Lesson, list[Finding]]:
    """One long lesson over all pages, after a short one that loads their checkpoints."""
    with playground() as product:
        await teach(product, 1, think=0, seconds=WARM_S, pages=tuple(TEXTS))
        lesson = await teach(product, visitors, think=think, seconds=seconds, pages=tuple(TEXTS))
    third = max(1, len(lesson.memory) // 3)
    growth = (statistics.mean(lesson.memory[-third:]) - statistics.mean(lesson.memory[third : 2 * third])) / 1e6
    return lesson, [
        Finding("p95 of an answer", f"{lesson.percentile(0.95):.2f} s", "1 s", lesson.percentile(0.95) <= 1),
        Finding("memory growth, last third vs. the third before", f"{growth:+.0f} MB", "+50 MB", growth <= 50),
        Finding("errors", str(len(lesson.errors)), "0", not lesson.errors),
        Finding("other visitors' texts seen", str(len(lesson.strangers)), "0", not lesson.strangers),
    ]
