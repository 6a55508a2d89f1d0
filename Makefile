# Everything a machine with Python >= 3.11 and make needs: each target sets up .venv first, once.
#
#   make demo            train a small chained model on shipped data
#   make test            the quick tests               make test-all       all of them
#   make lint            style and types               make test-backends  the quick tests on each of the three backends
#   make stubs           write pipekeras/__init__.pyi  make bench          the benchmarks
#   make docs            the site, in build/site       make test-site      tests it in a browser (Chromium)
#   make walkthroughs    run all in full, record what they come to
#   make clean           remove .venv and what building leaves
#
# Another interpreter: make test PYTHON=python3.12. Arguments for pytest: make test ARGS="-k pipe".

PYTHON ?= python3
VENV ?= .venv
# Exactly this one: where a CPU build is on offer pip finds it, while an unpinned torch brings gigabytes of CUDA packages.
TORCH ?= torch==2.13.0
ARGS ?=
# Processes that the tests run in, each with a backend of its own.
WORKERS ?= 2

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A thread each, for libraries that would else take all cores in every one of them: small models are then many times slower.
PYTEST = OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

export TF_CPP_MIN_LOG_LEVEL ?= 3

.PHONY: help demo test test-all test-slow test-mixed test-backends test-jax test-torch test-site lint stubs docs
.PHONY: walkthroughs bench clean
.DELETE_ON_ERROR:

help:
	@sed -n '1,12s/^# \{0,1\}//p' Makefile

demo: $(VENV)/.installed
	$(BIN)/pipekeras demo

test: $(VENV)/.dev
	$(PYTEST) -m "not slow and not browser" $(ARGS)

test-all: $(VENV)/.dev
	$(PYTEST) -m "not browser" $(ARGS)

test-slow: $(VENV)/.dev
	$(PYTEST) -m slow $(ARGS)

# On TensorFlow, JAX and torch, in processes of their own: the pipe, the layers, the sequences and all else that is quick.
# One after the other even under make -j: each takes all cores.
test-backends:
	$(MAKE) test
	$(MAKE) test-jax
	$(MAKE) test-torch

test-jax test-torch: test-%: $(VENV)/.backends
	KERAS_BACKEND=$* $(PYTEST) -m "not slow and not any_backend$(if $(filter jax,$*), and not slow_on_jax)" $(ARGS)

# With every backend installed: the slow tests, and those on tensors and layers of other backends than the running one.
test-mixed: $(VENV)/.backends
	$(PYTEST) -m "slow or mixed" $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python tools/make_stubs.py --check

stubs: $(VENV)/.dev
	$(BIN)/python tools/make_stubs.py

# PIPEKERAS_QUICK=1 make docs: with walkthroughs that train for a moment only.
docs: $(VENV)/.dev
	$(BIN)/python tools/make_site.py

test-site: $(VENV)/.dev
	$(BIN)/python -m pytest -m browser $(ARGS)

walkthroughs: $(VENV)/.dev
	$(BIN)/python tools/run_walkthroughs.py

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/import_time.py
	$(BIN)/python benchmarks/build.py
	$(BIN)/python benchmarks/skipgrams.py
	$(BIN)/python benchmarks/windows.py
	$(BIN)/python benchmarks/training.py

clean:
	rm -rf "$(VENV)" build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Set-up. Each stamp is younger than what was installed; pyproject.toml says what that is. The stamps wait for each other,
# so that pip never runs twice at once in one environment.

$(BIN)/python:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "No $(PYTHON) here: install Python 3.11 or later, or name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "pipekeras needs Python 3.11 or later; $(PYTHON) is $$("$(PYTHON)" --version 2>&1)." \
	    "Name a later one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) cannot make virtual environments: install its venv module" \
	    "(on Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)"

$(VENV)/.installed: $(BIN)/python pyproject.toml
	@echo "Installing pipekeras and TensorFlow into $(VENV); this takes a minute or two, once."
	@$(PIP) -e . || { \
	  echo "Installing failed. If pip found no tensorflow, it does not exist for this Python yet:" \
	    "make clean, then make PYTHON=python3.12 ..." >&2; exit 1; }
	@touch "$@"

$(VENV)/.dev: $(VENV)/.installed
	$(PIP) -e '.[dev]'
	@touch "$@"

$(VENV)/.backends: $(VENV)/.dev
	$(PIP) '$(TORCH)'
	$(PIP) -e '.[jax,torch]'
	@touch "$@"
