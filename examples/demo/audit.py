"""The demo of the audit: a simulated fortnight with one habit of negligence, which the audit names.

    python examples/demo/audit.py [FOLDER]      (what `make demo-audit` does; FOLDER is `demo/audit` unless given)

The platform never decides one notice in twenty. The truth stays shut until the audit has answered.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from simulation.plaza.habits import HABITS
from simulation.run import simulate

HABIT, RATE, SEED = "notices-left", 0.05, 7


def main(folder: Path) -> int:
    """Simulates and audits in `folder`, and says what was found beside the truth."""
    world, table = folder / "world", folder / "deviations.csv"
    if (world / "bundle.zip").exists():
        shutil.rmtree(world)
    print(f"1. A fortnight of a simulated platform, into {world} ...", flush=True)
    truth = simulate(world, seed=SEED, habits={HABIT: RATE})
    keys = [
        *("--key", (world / "log.key").read_text().strip()),
        *("--witness-key", (world / "checkpoints/witness.key").read_text().strip()),
    ]
    bundle = str(world / "bundle.zip")
    print("\n2. The audit of its record", flush=True)
    audited = _answer("audit", "run", bundle, "--tier", "platform", *keys, "--csv", str(table))
    if audited is None:
        return 1
    print("\n3. What the audit says")
    for sentence in told(audited):
        print(f"   - {sentence}")
    habit = truth["habits"][HABIT]
    print("   The truth, opened now:")
    print(f"   - {HABITS[HABIT]}: {len(habit['wrong'])} of {habit['cases']} cases")
    print(f"\nEvery deviation: {table}; what outsiders hold: {world}")
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
