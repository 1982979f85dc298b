"""The report on a terminal: readable, and deaf to what strangers write."""

import io

from rich.console import Console

from tests.examine.report.test_html import HOSTILE, everything
from tests.support.examinations import examination, manipulation, no_face
from waarmerk.errors import InputError
from waarmerk.examine.report.again import compare
from waarmerk.examine.report.sentences import Sentences
from waarmerk.examine.report.terminal import show, show_again, show_error
from waarmerk.values import Examination

EN = Sentences("en")


def console() -> Console:
    return Console(file=io.StringIO(), width=100, color_system=None, legacy_windows=False)


def shown(value: Examination) -> str:
    target = console()
    show(value, EN, target)
    return target.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_the_conclusion_comes_first_and_the_limits_last() -> None:
    lines = shown(examination()).splitlines()
    assert "Signs of manipulation" in lines[0]
    assert "not the probability that the video is fake" in lines[-1]
    assert any("not examined: sound" in line for line in lines)


def test_nothing_in_a_name_acts_on_the_terminal_or_counts_as_markup() -> None:
    text = shown(everything(HOSTILE + "[bold]\n"))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]\\n" in text.replace("\n", "").replace(" ", "").replace("│", "") or "[bold]" in text


def test_a_failed_input_is_one_line_that_names_it() -> None:
    target = console()
    show_error("a\nb.mp4", InputError("is empty", hint="send it again"), target)
    assert target.file.getvalue() == "waarmerk: a\\nb.mp4: is empty (send it again)\n"  # type: ignore[attr-defined]


def test_a_repetition_tells_how_far_it_agrees() -> None:
    target = console()
    show_again(compare(examination(manipulation()), examination(no_face())), EN, target)
    text = target.file.getvalue()  # type: ignore[attr-defined]
    assert "differs from the record" in text
    assert "In one of the two only: manipulation: log10 LR." in text
