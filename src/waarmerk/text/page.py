"""The frame of every HTML page: self-contained, printable, no external request, no script from elsewhere.

Rules: colours pass WCAG AA contrast on white; the page says its language; a Content-Security-Policy in the
page itself forbids every request; `@media print` keeps tables and plots whole.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from waarmerk.text.words import Language

# Okabe-Ito colours, told apart by colour-blind readers too; the names are their use.
COLOURS = {
    "ink": "#1a1a1a",
    "quiet": "#595959",
    "rule": "#d9d9d9",
    "paper": "#ffffff",
    "shade": "#f5f5f2",
    "mark": "#0b5394",
    "for": "#b3400a",
    "against": "#00684d",
    "other": "#7a4b8c",
    "fifth": "#8a6d00",
}

STYLE = f"""
:root {{ color-scheme: light; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; max-width: 60rem; padding: 1.5rem; color: {COLOURS["ink"]};
  background: {COLOURS["paper"]}; font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }}
h1 {{ font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }}
h2 {{ font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 2px solid {COLOURS["mark"]}; padding-bottom: .2rem; }}
h3 {{ font-size: 1rem; margin: 1.2rem 0 .3rem; }}
table {{ border-collapse: collapse; width: 100%; font-size: .9rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid {COLOURS["rule"]}; }}
th {{ background: {COLOURS["shade"]}; }}
td.number, th.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
code, .mono {{ font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85em; overflow-wrap: anywhere; }}
.lead {{ font-size: 1.15rem; }}
.quiet {{ color: {COLOURS["quiet"]}; font-size: .9rem; }}
.box {{ background: {COLOURS["shade"]}; border-left: 4px solid {COLOURS["mark"]}; padding: .6rem .9rem;
  margin: .8rem 0; }}
.scroll {{ overflow-x: auto; }}
figure {{ margin: 1rem 0; }}
figcaption {{ color: {COLOURS["quiet"]}; font-size: .9rem; }}
svg, img {{ max-width: 100%; height: auto; }}
details > summary {{ cursor: pointer; }}
footer {{ margin-top: 2.5rem; border-top: 1px solid {COLOURS["rule"]}; padding-top: .8rem; }}
@media print {{ body {{ max-width: none; padding: 0; font-size: 11pt; }} figure, tr, .box {{ break-inside: avoid; }}
  h2, h3 {{ break-after: avoid; }} details > * {{ display: block; }} .scroll {{ overflow: visible; }} }}
""".strip()

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(title: str, body: Markup, *, language: Language, style: str = "") -> str:
    """A whole HTML document around `body`; `title` is plain text, `style` further CSS of our own."""
    return (
        "<!doctype html>\n"
        f'<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{escape(title)}</title>\n<style>\n{STYLE}\n{style}\n</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )
