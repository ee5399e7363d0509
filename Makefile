# Reading Digits. `make` sets everything up and shows it; `make test` runs all tests.
# Needs only make and a Python from 3.11 to 3.13; everything else goes into .venv/ and build/.

SHELL := /bin/sh

# The first Python on the path that is new enough, and not too new for TensorFlow.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# TensorFlow without its start-up messages; oneDNN off, so that two runs agree to the last digit.
export TF_CPP_MIN_LOG_LEVEL := 3
export TF_ENABLE_ONEDNN_OPTS := 0

.PHONY: all environment exercises book pdf page serve class test check verify bench browser lock clean help

# Where notebooks cannot be isolated (macOS), the sample class alone is missing; where what the page is made of cannot be
# fetched, the page alone. Any other failure is one. A master that is not in order keeps nothing else from being made.
all: environment
	@echo "[2/5] Exercises: masters -> notebooks, tests and zips"
	@built=0; $(BIN)/autograder build || built=$$?; [ $$built -le 1 ] || exit $$built; \
	echo "[3/5] Book: every chapter is executed; the first time takes minutes"; \
	$(BIN)/python book/build.py || exit $$?; \
	echo "[4/5] The page: the exercises in a browser, nothing installed; the first time it fetches about 130 MB"; \
	page=0; $(BIN)/autograder page >/dev/null || page=$$?; [ $$page -eq 0 ] || [ $$page -eq 2 ] || exit $$page; \
	[ $$page -eq 0 ] || echo "The page was left out, as said above. All else is complete without it."; \
	echo "[5/5] A sample class, graded"; \
	code=0; pages=$$($(BIN)/autograder demo --output build/sample-class) || code=$$?; \
	echo; echo "Open in a browser:"; \
	echo "  the book            $(CURDIR)/build/book/html/index.html"; \
	[ $$page -ne 0 ] || echo "  the page            make serve, then http://127.0.0.1:8000/page/tree/"; \
	if [ $$code -eq 0 ]; then \
		echo "$$pages"; \
	elif [ $$code -eq 2 ] && ! $(BIN)/autograder doctor >/dev/null 2>&1; then \
		echo; echo "The sample class was not graded: this machine cannot isolate notebooks, as said above."; \
		[ $$built -ne 0 ] || echo "Book and exercises are complete."; \
	else exit $$code; fi; \
	[ $$built -eq 0 ] || { echo; echo "Not every exercise was built: which, and why, stands above." >&2; exit 1; }

help:
	@echo "make             everything: environment, exercises, book, a sample class graded"
	@echo "make test        the tests: more than twenty minutes on two cores after make (sets up what it needs)"
	@echo "make check       the fast part, under two minutes: style, types, spelling, quick tests"
	@echo "make verify      everything that make test samples, in hours: every mistake, right answer and attack"
	@echo "                 through the grader, every chapter as a notebook"
	@echo "make bench       the benchmarks, in about fifty minutes"
	@echo "make book        only the book      make exercises   only the exercises"
	@echo "make page        only the page in which the exercises run      make serve   builds and serves it"
	@echo "make pdf         the book as one PDF, printed by a Chromium: build/book/reading-digits.pdf"
	@echo "make class       only the sample class, graded"
	@echo "make lock        refresh requirements.lock from pyproject.toml"
	@echo "make clean       remove what was generated (build/), keep the environment"

environment: $(READY)

$(READY): requirements.lock pyproject.toml
	@echo "[1/5] Environment: about 200 packages into $(VENV)/, the first time takes minutes"
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python from 3.11 to 3.13 was found on your path. Install one (python.org, your" >&2; \
		echo "system's packages or Anaconda), or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@$(PYTHON) -m venv $(VENV) || { \
		echo "$(PYTHON) cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; \
		rm -rf $(VENV); exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

exercises: environment
	@$(BIN)/autograder build

book: environment
	@$(BIN)/python book/build.py

# The release takes it along, if it is there and no page has changed since.
pdf: browser exercises
	@$(BIN)/python book/build.py --pdf

page: exercises
	@$(BIN)/autograder page

serve: exercises
	@$(BIN)/autograder page --serve

class: environment
	@$(BIN)/autograder build 02-preprocessing
	@$(BIN)/autograder demo --output build/sample-class

browser: environment
	@$(BIN)/python -m tests.install_tools chromium

test: exercises
	@$(BIN)/python -m tests.install_tools chromium curl unzip npm
	@$(MAKE) --no-print-directory style
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 15 -m "not alone and not verify"
	@$(BIN)/python -m pytest --durations 5 -m alone tests/corpora

check: exercises
	@$(MAKE) --no-print-directory style
	@$(BIN)/python -m pytest -n 2 -m fast

# Everything that `make test` tries a part of, and every attack beside neighbors of its own; tests/README.md says more.
verify: exercises
	@$(BIN)/python -m tests.install_tools chromium curl unzip npm firefox-esr
	@$(BIN)/autograder verify
	@$(BIN)/autograder verify --mutants
	@$(BIN)/python -m tests.exercises.through_otter
	@$(BIN)/python -m tests.corpora.neighbors
	@$(BIN)/python -m tests.book.downloaded
	@$(BIN)/python -m tests.book.machine
	@$(BIN)/python -m pytest -m verify

# On a machine that does nothing else; writes tests/benchmarks/results/ and what the READMEs say was measured.
bench: exercises
	@$(BIN)/python -m tests.benchmarks.checks
	@$(BIN)/python -m tests.benchmarks.book
	@$(BIN)/python -m tests.benchmarks.page
	@$(BIN)/python -m tests.benchmarks.grading

.PHONY: style
style: environment
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/mypy book/page/keras_in_page book/page/kernel_in_page book/page/optree book/page/otter
	@$(BIN)/codespell $$(git ls-files '*.py' '*.md' '*.yml' '*.yaml' '*.toml' '*.js' '*.css' '*.html' Makefile)

.PHONY: pictures
pictures: browser exercises
	@$(BIN)/autograder demo --learners 300 --output build/simulated-class
	@$(BIN)/python -m tests.pictures

# The lock holds every file's hash, for Linux and macOS and for every Python the course supports.
lock:
	@$(PYTHON) -m venv build/lock-tool
	@build/lock-tool/bin/python -m pip install --quiet --disable-pip-version-check uv
	@build/lock-tool/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header -o requirements.lock

clean:
	rm -rf build
