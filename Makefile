# `make demo` and `make test` work on a fresh machine with Python 3.11 or newer; `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Exactly what is locked: each file has one of the hashes in requirements/locked.
LOCKED := $(PIP) --require-hashes --no-deps
PYTEST := $(BIN)/python -m pytest
# The address of a package index with CPU builds of torch; pip's usual build is for NVIDIA GPUs.
TORCH_INDEX ?=
# Without stored bytecode, each of the tests' hundred processes would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-site test-slow test-bare lint bench bench-training batchnorm lock audit clean

help:  ## List the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# `exec`: a signal that ends make reaches the demo itself, not a shell between them.
demo: $(VENV)/site.installed  ## Run the site with demo data on http://127.0.0.1:8000 (PORT=... for another port).
	@exec env ENV_FILE=demo.env $(BIN)/python manage.py demo --port $(PORT)

test: $(VENV)/dev.installed  ## Run the test suite.
	$(PYTEST) -n 2 --dist loadfile -m "not slow" $(PYTEST_ARGS)

test-site: $(VENV)/test-site.installed  ## Run the tests of the website and the scorer; they need no torch.
	$(PYTEST) -n 2 --dist loadfile -m "not slow" challenge accounts $(PYTEST_ARGS)

test-bare:  ## Run `make demo` and `make test` on bare Debian systems (root, debootstrap, an hour; RELEASES, COMMIT).
	@.ci/test-bare

test-slow: $(VENV)/dev.installed  ## Run the tests that take minutes.
	$(PYTEST) -m slow

lint: $(VENV)/dev.installed  ## Check style, types and import rules.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

bench: $(VENV)/dev.installed  ## Compare the scorer with a plain scikit-learn pipeline; time the leaderboard and the pages in Chromium.
	$(BIN)/python -m benchmarks.scoring
	$(BIN)/python -m benchmarks.verification
	$(BIN)/python -m benchmarks.bootstrap
	$(BIN)/python -m benchmarks.integrity
	$(BIN)/python -m benchmarks.leaderboard
	$(BIN)/python -m benchmarks.readers
	$(BIN)/python -m benchmarks.organizing
	$(BIN)/python -m benchmarks.pages

bench-training: $(VENV)/dev.installed  ## Compare training with its network alone and with a plain loop (CPU: 5 minutes).
	$(BIN)/python -m benchmarks.training

batchnorm: $(VENV)/dev.installed  ## Repeat the study of docs/batchnorm.md and write the results to that file (two cores: 7 minutes).
	$(BIN)/python -m benchmarks.batchnorm

lock: | $(VENV)/bin/python  ## Write requirements/locked again, after a change in requirements.
	@$(PIP) $(shell grep '^uv==' requirements/tools.txt)
	@.ci/lock $(BIN)/uv

audit: | $(VENV)/bin/python  ## Look up the locked packages in the public lists of known vulnerabilities.
	@$(PIP) $(shell grep '^pip-audit==' requirements/tools.txt)
	@.ci/audit $(BIN)/pip-audit

clean:  ## Remove the virtual environment and the demo's data.
	rm -rf $(VENV) var

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; give its name with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is needed (on Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@mkdir -p $(VENV) 2>/dev/null && test -w $(VENV) || { echo "Cannot write $(VENV) in $(CURDIR). Copy this folder to a place where you may write, or choose other places: make demo VENV=/tmp/big/venv DATA_DIR=/tmp/big/data"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/site.installed: requirements/locked/site.txt | $(VENV)/bin/python
	@echo "Installing the site's requirements (about 230 MB to download) ..."
	@$(LOCKED) -r requirements/locked/site.txt
	@touch $@

$(VENV)/test-site.installed: requirements/locked/test.txt | $(VENV)/bin/python
	@echo "Installing the requirements of the site's tests (about 320 MB to download) ..."
	@$(LOCKED) -r requirements/locked/test.txt
	@touch $@ $(VENV)/site.installed

# torch has several builds. From TORCH_INDEX, or where pip has wheels of its own, the build has no hash here.
TORCH := $(shell grep '^torch==' requirements/baselines.txt)
$(VENV)/dev.installed: $(wildcard requirements/locked/*.txt) | $(VENV)/bin/python
	@echo "Installing the requirements of the tests (about 3 GB to download with PyTorch for NVIDIA GPUs; README.md shows a smaller way) ..."
	@if [ -n "$(TORCH_INDEX)" ]; then $(PIP) --index-url $(TORCH_INDEX) $(TORCH); \
	elif $(BIN)/python -m pip config list | grep -q find-links; then $(PIP) $(TORCH); \
	else $(LOCKED) -r requirements/locked/torch.txt; fi
	@$(LOCKED) -r requirements/locked/dev.txt
	@if command -v mariadb_config >/dev/null 2>&1 || command -v mysql_config >/dev/null; then $(LOCKED) -r requirements/locked/mysql.txt; fi
	@touch $@ $(VENV)/test-site.installed $(VENV)/site.installed
