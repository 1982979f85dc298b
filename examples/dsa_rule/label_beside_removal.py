"""A rule of one's own for statements and dumps, in one file.

Run: `waarmerk dsa lint DUMP --rules examples/dsa_rule/label_beside_removal.py`
or:  `waarmerk dsa statement validate FILE.json --rules examples/dsa_rule/label_beside_removal.py`

The parameters' names say which fields the rule reads: text ("" where absent), or a tuple of texts for lists.
"""

from collections.abc import Iterator

from waarmerk.dsa.rules import Breach, rule


@rule(
    "label_beside_removal",
    "question",
    basis="DSA 17(3)(a)",
    sentence={
        "en": "The content was both removed and labelled ({both}): who could see the label?",
        "nl": "De inhoud is zowel verwijderd als gelabeld ({both}): wie kon het label zien?",
    },
)
def label_beside_removal(decision_visibility: tuple[str, ...]) -> Iterator[Breach]:
    """Removed and labelled at once; either alone is in order."""
    both = [code for code in decision_visibility if code.endswith(("_CONTENT_REMOVED", "_CONTENT_LABELLED"))]
    if len(both) > 1:
        yield Breach("decision_visibility", {"both": ", ".join(both)})
