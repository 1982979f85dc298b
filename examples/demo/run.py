"""The demo: makes three sample clips, examines them by the command line, says what happened, opens the report.

    python examples/demo/run.py [FOLDER]        (what `make demo` does; FOLDER is `demo` unless given)

What it says about the swapped clip is what the detector really found: a first detector misses things, and a demo
that only ever succeeds would hide that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from examples.demo.make_clips import Samples, make

from waarmerk.text.terminal import plain


def main(folder: Path) -> int:
    """Runs the demo in `folder`; the exit code of the examination."""
    print(f"1. Making three sample clips in {folder}/clips, from portraits that may be passed on ...", flush=True)
    samples = make(folder)
    code = examined(folder, samples)
    page = (folder / "report.html").resolve().as_uri()
    if not code and _has_display():
        webbrowser.open(page)
    return code


def examined(folder: Path, samples: Samples) -> int:
    """Examines the clips by the command line, with a page and rows in `folder`, and says what was found."""
    page, rows = folder / "report.html", folder / "report.jsonl"
    rows.unlink(missing_ok=True)
    command = [
        *("check", "--html", str(page), "--out", str(rows)),
        *("--known", str(samples.known), "--trust-anchors", str(samples.trusted)),
        *map(str, samples.clips),
    ]
    print(f"\n2. waarmerk {' '.join(command)}\n", flush=True)
    program = Path(sys.executable).with_name("waarmerk")
    done = subprocess.run([str(program), *command], check=False)
    if done.returncode:
        print(f"\nThe examination ended with exit code {done.returncode}; what it said stands above.")
        return done.returncode
    print("\n3. What happened")
    found = {Path(row["asset"]["path"]).name: row for row in map(json.loads, rows.read_text("utf-8").splitlines())}
    for sentence in told(samples, found):
        print(f"   - {plain(sentence)}")
    print(f"\nThe report: {page.resolve().as_uri()}")
    return 0


def told(samples: Samples, found: dict[str, dict[str, Any]]) -> list[str]:
    """What the examination found in each clip, against what the clip is."""
    untouched, swapped, back = (found[clip.name] for clip in samples.clips)
    return [
        f"{samples.untouched.name} is an untouched portrait. {_provenance(untouched)} {_face(untouched, fake=False)}",
        f"{samples.swapped.name} carries another person's face. {_face(swapped, fake=True)}",
        f"{samples.returned.name} is a known item, encoded anew, smaller and cut. {_match(back)}",
    ]


def _provenance(row: dict[str, Any]) -> str:
    facts = _finding(row, "provenance")["facts"]
    signers = [manifest["signer"]["name"] for manifest in facts.get("manifests", ()) if manifest["active"]]
    state = facts.get("state")
    if state is None or not signers:
        return "Its signed statement of provenance was not found, which is a fault of this demo."
    return f"Its provenance is {state}, signed by {signers[0]} (a test certificate, made a moment ago)."


def _face(row: dict[str, Any], *, fake: bool) -> str:
    finding, label = _finding(row, "manipulation"), row["conclusion"]["label"]
    if finding["abstained"]:
        return (
            f"The detector of manipulated faces abstained: {finding['abstained']} {finding['detail'] or ''}".rstrip()
        )
    ratio, least, most = finding["log10_lr"], *finding["log10_lr_bounds"]
    said = f"log10 likelihood ratio {ratio:+.2f}, of at most {least:+.2f} to {most:+.2f}; label {label}"
    if abs(ratio) < 0.1:
        verdict = "cannot tell: its ratio supports neither side"
    elif fake:
        verdict = "took it for manipulated" if ratio > 0 else "MISSED the swap: it leans towards untouched"
    else:
        verdict = "found nothing against it" if ratio <= 0 else "is WRONG here: it leans towards manipulated"
    return f"The detector of manipulated faces {verdict} ({said})."


def _match(row: dict[str, Any]) -> str:
    known = _finding(row, "matching")["facts"].get("known") or []
    if not known:
        return "It was NOT recognised."
    match = known[0]
    return (
        f"It was recognised: {match['query_matched']:.0%} of it and {match['known_matched']:.0%} of {match['item']} "
        f"match, at best {match['distance']} of 256 bits apart; label {row['conclusion']['label']}."
    )


def _finding(row: dict[str, Any], analyzer: str) -> dict[str, Any]:
    return next(finding for finding in row["findings"] if finding["analyzer"] == analyzer)


def _has_display() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("demo")))
