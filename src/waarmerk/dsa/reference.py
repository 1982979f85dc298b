"""The page that lists the rules for statements and dumps, written from the code."""

from __future__ import annotations

from waarmerk.dsa.dumps.flips import LEAST, SHARE, Z
from waarmerk.dsa.rules import KINDS, Rule, house_rules
from waarmerk.text.words import words

_CLASSES = {
    "impossible": "What cannot be so together, whatever the platform does.",
    "instructions": "Against the rules of the server, the template or the law's form.",
    "question": "Lawful explanations exist: warnings, which count with `--strict` only (a flip always counts).",
}
_SCOPES = {"statement": "statements", "dump": "dumps", "both": "both"}


def rules_page() -> str:
    """The Markdown of docs/reference/dsa-rules.md."""
    from waarmerk.dsa.dumps import lint  # noqa: F401 - it registers what only whole dumps show

    rules = house_rules().values()
    parts = [
        "# Rules for statements of reasons and daily dumps",
        "Written from the code by `python -m waarmerk.dsa.reference > docs/reference/dsa-rules.md`.",
        f"{len(rules)} rules. The `rule` of a finding is one of these ids or that of a rule of your own "
        "([how](../how-to/check-statements.md)). Braces stand for what was found.",
    ]
    for kind in KINDS:
        parts.append(f"## {words('dsa', 'en').say(f'kind.{kind}').capitalize()} (`{kind}`)")
        parts.append(_CLASSES[kind])
        rows = [_row(rule) for rule in sorted(rules, key=lambda rule: rule.id) if rule.kind == kind]
        head = ["| rule | for | asks | ground | server refuses |", "| --- | --- | --- | --- | --- |"]
        parts.append("\n".join([*head, *rows]))
    parts.append(
        f"A flag flips when its share moves by at least {SHARE:.0%} between two days, within the same categories "
        f"(Mantel-Haenszel weights), with a Cochran-Mantel-Haenszel z of at least {Z:.0f} and at least {LEAST} "
        "statements on either day."
    )
    return "\n\n".join(parts) + "\n"


def _row(rule: Rule) -> str:
    sentence = words("dsa", "en").sentences[f"rule.{rule.id}"].replace("|", "\\|")
    scope = _SCOPES[rule.scope] + (f", made since {rule.since}" if rule.since else "")
    return f"| `{rule.id}` | {scope} | {sentence} | {rule.basis} | {'yes' if rule.refused else 'no'} |"


if __name__ == "__main__":
    print(rules_page(), end="")
