"""The demo of the audit: a simulated fortnight with one habit of negligence; audit and reconciliation name it.

    python examples/demo/audit.py [FOLDER]      (what `make demo-audit` does; FOLDER is `demo/audit` unless given)

One statement of reasons in ten reaches nobody, or not the database, or was never sent. The truth stays shut until the
audit and the reconciliation have answered.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from simulation.plaza.habits import HABITS
from simulation.run import simulate

HABIT, RATE, SEED = "statements-missing", 0.1, 7
SHOWN = 5


def main(folder: Path) -> int:
    """Simulates, audits and reconciles in `folder`, says what was found beside the truth, and opens the page."""
    world, page = folder / "world", folder / "audit.html"
    if (world / "bundle.zip").exists():
        shutil.rmtree(world)
    print(f"1. A fortnight of a simulated platform, into {world} ...", flush=True)
    truth = simulate(world, seed=SEED, habits={HABIT: RATE})
    key = ("--key", (world / "log.key").read_text().strip())
    witness = ("--witness-key", (world / "checkpoints/witness.key").read_text().strip())
    bundle = str(world / "bundle.zip")
    print("\n2. The audit of its record", flush=True)
    audited = _answer("audit", "run", bundle, "--tier", "platform", *key, *witness, "--html", str(page))
    print("\n3. The record against what outsiders hold", flush=True)
    evidence = [
        *("--receipts", str(world / "receipts"), "--flagger", str(world / "flagger.csv")),
        *("--orders", str(world / "orders.csv"), "--dump", str(world / "dump.csv")),
        *("--probes", str(world / "probes.csv"), "--report", str(world / "report")),
    ]
    reconciled = _answer("audit", "reconcile", bundle, *key, *evidence)
    if audited is None or reconciled is None:
        return 1
    print("\n4. What the audit says")
    for sentence in told(audited):
        print(f"   - {sentence}")
    contradicted = [found for found in reconciled["findings"] if not found["question"]]
    print(f"   What outsiders hold contradicts the record in {len(contradicted)} places.")
    for found in contradicted[:SHOWN]:
        print(f"   - {found['obligation']}: {found['sentence']}")
    habit = truth["habits"][HABIT]
    print("   The truth, opened now:")
    print(f"   - {HABITS[HABIT]}: {len(habit['wrong'])} of {habit['cases']} cases")
    print(f"\nThe report: {page.resolve().as_uri()}")
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform == "darwin":
        webbrowser.open(page.resolve().as_uri())
    return 0


def told(audit: dict[str, Any]) -> list[str]:
    """A sentence for every row that is not simply positive."""
    results = [result for one in audit["audits"] for result in one["results"]]
    said = [
        f"{result['id']} {result['conclusion'].replace('_', ' ')}: {result['question']}"
        f" {result['deviations']} of {result['tested']} cases deviate."
        for result in results
        if result["deviations"]
    ]
    return [*said, f"in the other {len(results) - len(said)} rows nothing deviates"]


def _answer(*command: str) -> Any:
    """What a command answers as JSON; None, with the reason on the terminal, where it did not."""
    print(f"   waarmerk {' '.join(command)}", flush=True)
    program = Path(sys.executable).with_name("waarmerk")
    done = subprocess.run([str(program), *command, "--format", "json"], check=False, stdout=subprocess.PIPE)
    if done.returncode not in (0, 3):
        print(f"\nIt ended with exit code {done.returncode}; what it said stands above.")
        return None
    return json.loads(done.stdout)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("demo/audit")))
