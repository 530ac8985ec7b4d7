# The two commands of a newcomer: `make report` and `make test`. Everything else is for the people of the house.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help env report test test-slow lab bench lint clean

help:            ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/'

env: $(VENV)/.made   ## the environment (once)

$(VENV)/.made: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("capclient needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[lab,test]"
	touch $@

report: env      ## simulated companies, their reports, and where to read them
	$(BIN)/capclient demo --out reports/out

test: env        ## lint, types, package, notebooks
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder
	$(BIN)/python -m pytest -n auto --dist loadfile --nbval-lax --nbval-cell-timeout=120 notebooks

test-slow: env   ## what takes longer: batches, database servers, pages in Chromium, damaged files, every random example
	CAPCLIENT_RANDOM=whole $(BIN)/python -m pytest -n auto --dist loadfile -m "slow or browser or fuzz or hypothesis"

lab: env         ## JupyterLab on the notebooks
	$(BIN)/capclient lab

bench: env       ## benchmarks, as ratios side by side
	$(BIN)/python -m tests.benchmarks

lint: env        ## format, lint, types
	$(BIN)/ruff format . && $(BIN)/ruff check --fix . && $(BIN)/mypy

clean:           ## the environment and the reports
	rm -rf $(VENV) reports/out
