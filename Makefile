# Targets: venv demo demo-audit demo-platform check test test-all lint bench golden pictures system lock clean. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/test.lock
# What tests need from Debian/Ubuntu, one list; the demo and the package itself need nothing of it.
APT := $(shell sed 's/\#.*//' requirements/apt.txt)

.DEFAULT_GOAL := help
.PHONY: help venv demo demo-audit demo-platform check test test-all lint bench golden pictures system clean lock

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

venv: $(VENV)/.done ## .venv with the package and its extras for tests

$(VENV)/.done: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Waarmerk needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -q && apt-get install -y -q python3-venv; \
	  else echo "Python's venv module is missing; run: sudo apt-get install python3-venv"; exit 1; fi; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r $(LOCK)
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@ln -sf ../../simulation/waarmerk-simulate $(BIN)/waarmerk-simulate
	@touch $@

demo: venv ## make three sample clips, examine them, open the report
	$(BIN)/python examples/demo/run.py

demo-audit: venv ## simulate a platform's negligent fortnight, audit it, compare with the truth
	$(BIN)/python examples/demo/audit.py

demo-platform: venv ## a simulated week against the real desk, then the audit of its record
	$(BIN)/python examples/platform/demo.py

check: venv ## examine your own: make check FILE=video.mp4
	@test -n "$(FILE)" || { echo "Which file? make check FILE=video.mp4"; exit 2; }
	$(BIN)/waarmerk check --html report.html "$(FILE)"

test: venv system ## every test but the slow ones
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

test-all: venv system lint ## every test, the slow ones too
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: venv ## ruff, mypy --strict, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: venv ## every benchmark; writes the tables that the docs show
	for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

golden: venv ## write the golden files anew; review them as a diff
	$(BIN)/python -m pytest -q --golden tests

pictures: demo demo-audit ## the pictures of the report, the audit and the desk that the docs show
	$(BIN)/python examples/demo/picture.py
	$(BIN)/python examples/platform/pictures.py

system: ## the apt packages that tests need (root), or the line to install them
	@missing=""; for package in $(APT); do dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ]; then apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing; \
	else echo "Tests need:  sudo apt-get install$$missing"; exit 1; fi

lock: ## resolve the dependencies anew
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --extra test pyproject.toml -o $(LOCK)

clean: ## remove what was made
	rm -rf $(VENV) build demo .mypy_cache .ruff_cache .pytest_cache
