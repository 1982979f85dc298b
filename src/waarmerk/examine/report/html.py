"""One self-contained page about all inputs of a call: the conclusion first, then what it rests on, then everything.

Rules: every string passes the template's escaping; pictures are data addresses; there is no script, and the page's
own policy forbids every request.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from waarmerk import __version__
from waarmerk.errors import WaarmerkError
from waarmerk.examine.report.medium import medium
from waarmerk.examine.report.sentences import Sentences
from waarmerk.text.page import page as frame
from waarmerk.text.terminal import plain
from waarmerk.values import Examination


def page(told: Sequence[tuple[str, Examination | WaarmerkError]], say: Sentences) -> str:
    """The whole document; `told`: each input's path with its examination or why there is none, in order."""
    media = [
        (f"m{place}", medium(result, say))
        for place, (_, result) in enumerate(told, start=1)
        if isinstance(result, Examination)
    ]
    failed = [(path, result) for path, result in told if isinstance(result, WaarmerkError)]
    body = _template().render(
        media=media,
        failed=failed,
        total=len(told),
        subtitle=_subtitle(len(media), len(told), say),
        say=say,
        word=say.words.say,
        version=__version__,
    )
    title = say.words.say("page.title")
    if len(media) == 1:
        title = f"{media[0][1].label}: {plain(media[0][1].name)} – {title}"
    style = (files(__package__) / "page.css").read_text(encoding="utf-8")
    return frame(title, Markup(body), language=say.language, style=style)  # noqa: S704 - autoescaped template


def _subtitle(examined: int, given: int, say: Sentences) -> str:
    if examined < given:
        return say.words.say("page.subtitle.some", examined=examined, count=given)
    return say.words.say("page.subtitle.one" if given == 1 else "page.subtitle.many", count=given)


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(lambda name: (files(__package__) / name).read_text(encoding="utf-8")),
    )
    environment.filters["plain"] = plain
    return environment.get_template("page.html")
