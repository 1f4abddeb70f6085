# make demo   analyse Sá (2015) and Costa (2014) again, from the printed tables to rankings
# make test   run the tests
# make docs   build the documentation
# All make their own environment in .venv first; only Python 3.12 or later has to be there.

VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt
# Many small matrices: threads of the linear algebra library only get in each other's way.
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help env demo test test-slow lint docs clean

help:
	@echo 'make demo       re-analyse both theses: fits, checks, rankings, REML beside them; writes results/'
	@echo 'make test       run the tests'
	@echo 'make test-slow  run the tests that take minutes'
	@echo 'make lint       ruff, mypy and import-linter'
	@echo 'make docs       build the documentation, with its gallery, in docs/_build/html'
	@echo 'make env        only make the environment in $(VENV)'
	@echo 'make clean      remove the environment and the caches (results/ stays)'

demo: $(VENV)/.core
	@$(BIN)/bayes-saude demo --out results
	@echo "(bayes-saude is $(BIN)/bayes-saude)"

# Two processes, each with files of its own: what a file fits and compiles, it does once.
PYTEST := $(BIN)/python -m pytest --numprocesses=2 --dist=loadfile

test: $(VENV)/.dev
	@$(PYTEST)

test-slow: $(VENV)/.dev
	@$(PYTEST) -m slow

lint: $(VENV)/.dev
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache >$(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }

docs: $(VENV)/.docs
	@mkdir -p docs/_build/gallery
	@$(BIN)/python docs/make_pages.py docs/_pages
	@$(BIN)/python docs/make_gallery.py docs/_build/gallery docs/_pages/gallery
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo 'docs/_build/html/index.html'

env: $(VENV)/.dev

# Python 3.12 is what constraints.txt was tested with, so it is looked for first. A candidate counts when it
# runs: a pyenv shim may stand for a version that is not installed.
$(BIN)/python:
	@for p in $(PYTHON) python3.12 python3.13 python3 python $(HOME)/.pyenv/versions/3.1[2-9]*/bin/python; do \
	  if "$$p" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; then \
	    echo "making the environment in $(VENV) with $$("$$p" --version)"; \
	    exec "$$p" -m venv $(VENV); \
	  fi; \
	done; \
	echo 'No Python 3.12 or later found. Install one, or name it: make demo PYTHON=/path/to/python' >&2; exit 1

$(VENV)/.core: pyproject.toml constraints.txt | $(BIN)/python
	@echo 'installing the dependencies (a minute or two, once)'
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.core
	@echo 'installing the tools for tests'
	@$(PIP) --editable '.[dev]'
	@touch $@

$(VENV)/.docs: $(VENV)/.dev
	@echo 'installing the tools for the documentation'
	@$(PIP) --editable '.[docs]'
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
	rm -rf docs/_build docs/_pages
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
