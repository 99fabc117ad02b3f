# make          set up, execute every notebook, check, render; says what to open
# make test     set up, run every check, nbval strict on every notebook
# make browser  the pages and JupyterLab in Chromium, the briefings in LibreOffice
# More: nbval · site · briefings · lab · bench · mutants · lock · clean

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

NOTEBOOKS := $(wildcard notebooks/*.ipynb)
INPUTS := $(wildcard data/*.* hg_analysis/*.* hg_analysis/tools/*.py hg_analysis/briefings/*.*)
# What is checked of stored notebooks before kernels run them again (all are compared once in one
# process by tests/test_replay.py); a missing file is an error.
CHECKS := tests/test_notebooks.py tests/test_links.py
CATALOGUES := $(wildcard translations/vi/*.po)
SITE := build/site/en/index.html
BIN := .venv/bin
export PYTHONUTF8 := 1
# The first Python of 3.11 or later among these; set PYTHON to choose another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

.PHONY: all test nbval browser site briefings lab bench lock mutants clean check

all: $(SITE)
	@echo
	@echo "Done. Open build/site/index.html in a browser, or run 'make lab'."

.venv/installed: requirements.lock pyproject.toml
	@if ! $(or $(PYTHON),false) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	  echo "This project needs Python 3.11 or later; found: $$(python3 --version 2>&1 || true)." >&2; \
	  echo "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) lacks the venv module; on Debian: apt-get install python3-venv" >&2; exit 1; }
	rm -rf .venv
	$(PYTHON) -m venv .venv
	# Only uv comes by pip, by its hash in the lock; uv installs the rest in seconds.
	awk '/^uv==/ {on=1} on {print} on && !/\\$$/ {exit}' requirements.lock > .venv/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r .venv/uv.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

# Data first, then what follows from them, then what sentences say of both; each stops what comes
# after it, so that a contradiction is never rendered and the last good site stays.
build/checked: .venv/installed $(INPUTS)
	@mkdir -p build
	$(BIN)/hg-analysis check
	$(BIN)/python -m pytest -q tests/test_data.py
	@touch $@

build/executed: build/checked $(NOTEBOOKS) $(CATALOGUES)
	@# Side by side; both are waited for, whichever fails.
	HG_PICTURES=$(CURDIR)/build/pictures/en $(BIN)/hg-analysis run & english=$$!; status=0; \
	HG_PICTURES=$(CURDIR)/build/pictures/vi $(BIN)/hg-analysis run --language vi || status=$$?; \
	wait $$english && exit $$status
	@touch $@

site: $(SITE)

$(SITE): build/executed README.md $(wildcard docs/* docs/*/* docs/*/*/*)
	$(BIN)/python docs/pages.py $(@D) build/site/vi

# Set up, then every check, the cheapest first.
test: .venv/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/hg-analysis check
	$(BIN)/python -m pytest -q $(CHECKS:%=--ignore=%)
	$(MAKE) --no-print-directory nbval

# Every notebook under nbval strict, with all that conftest.py adds, and nothing else.
nbval: .venv/installed
	$(BIN)/python -m pytest -q -p no:cacheprovider -o addopts=-ra --nbval --nbval-current-env \
	  $(CHECKS) $(NOTEBOOKS)

# All themes in each form and language, into build/briefings.
briefings: build/executed
	$(BIN)/hg-analysis brief --all
	$(BIN)/hg-analysis brief --all --language vi

# Barriers, requests, links, downloads, search and keyboard on every page; every notebook run in
# JupyterLab; every slide and page opened in LibreOffice. What was seen lies in build/screens.
PROGRAMS := chromium libreoffice-impress-nogui libreoffice-writer-nogui poppler-utils
browser: $(SITE)
	@for p in chromium soffice pdftoppm; do command -v $$p >/dev/null || lacks=1; done; \
	[ -z "$${lacks:-}" ] || { [ "$$(id -u)" = 0 ] && apt-get update -qq && \
	  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PROGRAMS); } || \
	  { echo "This needs Chromium, LibreOffice and Poppler; on Debian: apt-get install $(PROGRAMS)" >&2; exit 1; }
	$(BIN)/python -m pytest -q -m browser tests

lab: .venv/installed
	$(BIN)/jupyter lab notebooks

bench: .venv/installed
	$(BIN)/python tests/bench.py

# Newest versions that pyproject.toml admits, with hashes, for every platform and Python.
lock: .venv/installed
	$(BIN)/uv pip compile --quiet --universal --upgrade --generate-hashes --no-header \
	  --no-emit-index-url --no-annotate --python-version 3.11 -o requirements.lock pyproject.toml

# One change at a time in a scratch copy; names every change that no check notices: for people to
# judge. make mutants N=100 SEED=1
N ?= 12
SEED ?= 0
mutants: .venv/installed
	$(BIN)/python tests/mutants.py $(N) $(SEED)

clean:
	rm -rf .venv build .pytest_cache .ruff_cache .hypothesis
