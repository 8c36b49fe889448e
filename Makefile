# The only commands one needs. `make demo` and `make test` each work first and alone on a fresh clone that has Python 3.11+, pip and make.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 2

# The same examples in every run of `make test`, as in continuous integration; HYPOTHESIS_PROFILE=dev or nightly searches for new ones.
export HYPOTHESIS_PROFILE ?= ci

# A stamp file marks a finished installation; only when one of its sources is younger is anything installed again.
DEMO_STAMP := $(VENV)/.stamp-demo
DEV_STAMP := $(VENV)/.stamp-dev
DOCS_STAMP := $(VENV)/.stamp-docs
SLOW_STAMP := $(VENV)/.stamp-slow
SOURCES := pyproject.toml constraints.txt

# Scripts that share networks stand behind those that train them.
PAPER := table1 table2 table3 figure1 figure2 schedules figure3 figure4 figure5 figure6 theorems

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow lint format bench readme reproduce docs coverage mutation clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

setup: $(DEV_STAMP)  ## make .venv with everything a developer needs, in pinned versions

demo: $(DEMO_STAMP)  ## train two small networks and fit their gradient noise; tables here, pictures in demo/
	$(BIN)/python examples/digits.py --out demo
	$(BIN)/python examples/sp500.py --out demo

test: $(DEV_STAMP)  ## every check but the slow ones: tests, types, style, layers
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

test-slow: $(DEV_STAMP) $(DOCS_STAMP) $(SLOW_STAMP)  ## the checks that take 45 minutes of processor time, some of them minutes each
	$(BIN)/python -m pytest -n $(JOBS) -m slow --timeout 3600 --durations 25

lint: $(DEV_STAMP)  ## style, types and layers only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(DEV_STAMP)  ## rewrite the sources in the project's style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV_STAMP)  ## measure speed beside scipy, in the same run; writes the speed pages of docs
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@for script in benchmarks/laws.py benchmarks/estimators.py benchmarks/gof.py benchmarks/sgn.py benchmarks/sde.py; do echo "$$script"; $(BIN)/python $$script || exit 1; done

readme: $(DEV_STAMP)  ## write the real output of the examples into README and the pages of docs; the demo's pictures too
	$(BIN)/python tools/readme.py
	$(BIN)/python tools/pages.py

reproduce: $(DEV_STAMP)  ## the paper's tables, figures and theorems at the small preset, into reproduced/; writes docs/paper.md
	@for script in $(PAPER); do \
		$(BIN)/python examples/paper/$$script.py --data "$${STABLEFIT_DATA:-synthetic}" --out reproduced || exit 1; done
	$(BIN)/python examples/paper/summary.py --runs reproduced

docs: $(DOCS_STAMP)  ## build the documentation into build/docs, warnings as errors, and run the examples in docstrings and pages
	$(BIN)/python -m pytest -q tests/project/test_docstrings.py tests/project/test_pages.py
	rm -rf docs/api docs/gallery build/docs
	$(BIN)/python -m sphinx -q -W --keep-going -b html docs build/docs
	$(BIN)/python -m sphinx -q -W -b doctest docs build/doctest
	@echo "build/docs/index.html"

coverage: $(DEV_STAMP)  ## how much of the kernels a tour of the public functions runs without the compiler; at least 95 %
	$(BIN)/python tools/kernel_coverage.py

mutation: $(DEV_STAMP)  ## change laws, estimators and kernels in small ways and see whether tests notice; writes docs/mutation.md
	$(BIN)/python tools/mutation.py

clean:  ## remove what the other targets made, but not .venv
	rm -rf demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .numba_cache

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "stablefit needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing pinned versions into $(VENV); the first time takes a few minutes ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(1)]'
endef

$(DEMO_STAMP): $(SOURCES)
	$(call install,torch$(,)plot$(,)demo)
	@touch $@

$(SLOW_STAMP): $(SOURCES)
	$(call install,callbacks)
	@touch $@

$(DEV_STAMP): $(SOURCES)
	$(call install,torch$(,)plot$(,)demo$(,)cli$(,)stats$(,)parquet$(,)store$(,)dask$(,)report$(,)dev)
	@touch $(DEMO_STAMP) $@

$(DOCS_STAMP): $(DEV_STAMP)
	$(call install,docs$(,)report)
	@touch $@

, := ,
