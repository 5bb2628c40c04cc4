# `make help` lists the targets. Everything runs in .venv, which is made on demand and then works offline.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
JOBS ?= logical
BIN := .venv/bin
STAMP := .venv/.installed
SERVICES := .venv/.services
TORCH := torch==2.13.0
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --progress-bar off
CODE := src tests tools benchmarks examples docs/conf.py

# Waiting threads must not spin: two of them on a shared core can be 40 times slower.
export OMP_WAIT_POLICY = PASSIVE
export TOKENIZERS_PARALLELISM = false

.DEFAULT_GOAL := help
.PHONY: help install demo loop test test-services lint format types docs docs-update bars bench clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

install: $(STAMP) ## make .venv with the tested versions

# A plain torch pulls gigabytes of CUDA on Linux, so the CPU build comes first where pip knows one, else the plain build.
# For a GPU: make install TORCH_CPU=no
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..." >&2; exit 2; }
	@test -x $(BIN)/python || { echo "making .venv (about 0.7 GB to download, once)"; $(PYTHON) -m venv .venv; }
	@test "$(TORCH_CPU)" = no || $(PIP) -c constraints.txt "$(TORCH)+cpu" 2>/dev/null || true
	@$(PIP) -c constraints.txt "$(TORCH)" -e '.[assistant,serving,dev]'
	@touch $@

demo: $(STAMP) ## tune, score and ask a skill made from examples/data
	@$(BIN)/python examples/demo.py

loop: $(STAMP) ## the whole loop: train the assistant, twenty sentences, review, retrain, gate; two languages
	@$(BIN)/python examples/the_loop.py $(ARGS)

test: $(STAMP) ## all tests that need nothing but this machine
	$(BIN)/python -m pytest -m "not services" -n $(JOBS) --maxprocesses 4 --dist loadfile -q $(ARGS)

test-services: $(SERVICES) ## the tests that need a service beside them: PostgreSQL, Chromium (apt-get install postgresql chromium)
	$(BIN)/python -m pytest -m services -q $(ARGS)

$(SERVICES): $(STAMP)
	@$(PIP) -c constraints.txt -e '.[assistant,postgres,studio]' playwright
	@touch $@

lint: $(STAMP) ## ruff: faults and format
	$(BIN)/ruff check $(wildcard $(CODE))
	$(BIN)/ruff format --check $(wildcard $(CODE))

format: $(STAMP) ## mend what lint finds, where ruff can
	$(BIN)/ruff check --fix $(wildcard $(CODE))
	$(BIN)/ruff format $(wildcard $(CODE))

types: $(STAMP) ## mypy, strict
	$(BIN)/mypy $(wildcard src tests tools benchmarks)

docs: $(STAMP) ## build the docs; a warning is an error
	$(BIN)/sphinx-build -W -n --keep-going -q -b html docs build/docs
	@echo "build/docs/index.html"

docs-update: $(STAMP) ## rewrite the generated parts of the docs
	$(BIN)/python -m tools.generated

bars: $(STAMP) ## measure every bar that needs no peer; resumable
	$(BIN)/python benchmarks/bars.py $(ARGS)

bench: $(STAMP) ## measure against peers, one script each
	@set -e; for script in $(wildcard benchmarks/peers/run.sh); do echo "== $$script"; bash $$script $(ARGS); done

clean: ## remove what was built, but not .venv
	rm -rf build dist .bars .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info
	find src tests tools benchmarks examples -name __pycache__ -type d -prune -exec rm -rf {} +
