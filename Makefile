# `make demo` and `make test` work on a fresh machine with Python 3.11 or newer; `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test test-slow lint bench bench-training batchnorm clean

help:  ## List the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/site.installed  ## Run the site with demo data on http://127.0.0.1:8000 (PORT=... for another port).
	@ENV_FILE=demo.env $(BIN)/python manage.py demo --port $(PORT)

test: $(VENV)/dev.installed  ## Run the test suite.
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow" $(PYTEST_ARGS)

test-slow: $(VENV)/dev.installed  ## Run the tests that take minutes.
	$(BIN)/python -m pytest -m slow

lint: $(VENV)/dev.installed  ## Check style and types.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

bench: $(VENV)/dev.installed  ## Measure the scorer beside a plain scikit-learn pipeline, the leaderboard, and the pages in Chromium.
	$(BIN)/python -m benchmarks.scoring
	$(BIN)/python -m benchmarks.bootstrap
	$(BIN)/python -m benchmarks.leaderboard
	$(BIN)/python -m benchmarks.pages

bench-training: $(VENV)/dev.installed  ## Measure training beside its network alone and a plain loop (CPU: 5 minutes).
	$(BIN)/python -m benchmarks.training

batchnorm: $(VENV)/dev.installed  ## Repeat the study of docs/batchnorm.md and write its results there (two cores: 7 minutes).
	$(BIN)/python -m benchmarks.batchnorm

clean:  ## Remove the virtual environment and the demo's data.
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is needed (on Debian and Ubuntu: apt install python3-venv)."; rm -rf $(VENV); exit 1; }

$(VENV)/site.installed: requirements/site.txt | $(VENV)/bin/python
	@echo "Installing the site's requirements ..."
	@$(PIP) -r requirements/site.txt
	@touch $@

$(VENV)/dev.installed: $(wildcard requirements/*.txt) | $(VENV)/bin/python
	@echo "Installing what the tests need (PyTorch among it) ..."
	@$(PIP) -r requirements/dev.txt
	@if command -v mariadb_config >/dev/null 2>&1 || command -v mysql_config >/dev/null; then $(PIP) -r requirements/mysql.txt; fi
	@touch $@ $(VENV)/site.installed
