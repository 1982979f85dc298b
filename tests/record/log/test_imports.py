"""The log knows bytes: the standard library and `cryptography` alone."""

import json
import pkgutil
import subprocess
import sys

import waarmerk.record.log

SCRIPT = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names))))
"""


def test_the_log_imports_the_standard_library_and_cryptography_alone() -> None:
    names = [f"waarmerk.record.log.{module.name}" for module in pkgutil.iter_modules(waarmerk.record.log.__path__)]
    assert len(names) > 15
    done = subprocess.run([sys.executable, "-c", SCRIPT, *names], capture_output=True, text=True, check=True)
    loaded = {name for name in json.loads(done.stdout) if not name.startswith(("_", "sitecustomize"))}
    assert loaded == {"waarmerk", "cryptography"}
