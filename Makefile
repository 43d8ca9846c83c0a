# Everything a developer does. `make` alone lists the targets.

SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2
CODE := $(wildcard tillit tests scripts bench examples)

ifdef CI
SOAK_MINUTES ?= 15
else
SOAK_MINUTES ?= 60
endif

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Make .venv from the lock; as root on Debian, also install missing database servers
	@PYTHON="$(PYTHON)" scripts/setup.sh

.PHONY: demo
demo: setup ## Show the product at work on an invented company
	@PATH="$(CURDIR)/$(BIN):$$PATH" examples/qualisys/demo.sh

.PHONY: test
test: setup ## Run the whole test suite on SQLite, PostgreSQL and MariaDB
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not soak" $(TESTFLAGS)

.PHONY: soak
soak: setup ## Random schemas, policies and crashes against the laws, for SOAK_MINUTES
	$(BIN)/python -m tests.soak --minutes $(SOAK_MINUTES) $(SOAKFLAGS)

.PHONY: check
check: setup ## Format, lint, types, import contracts, rules of the house
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy tillit tests
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/house

.PHONY: format
format: setup ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only --quiet $(CODE)
	$(BIN)/ruff format $(CODE)

.PHONY: bench
bench: setup ## Measure the engine on large databases (BENCHFLAGS are passed on)
	$(BIN)/python -m bench $(BENCHFLAGS)

.PHONY: picture
picture: setup ## Draw docs/images/demo.svg again, from what the product answers now
	$(BIN)/python scripts/picture.py

.PHONY: tutorial
tutorial: setup ## Run the commands of docs/tutorial.md and write what they answer now
	$(BIN)/python scripts/tutorial.py

.PHONY: lock
lock: ## Resolve pyproject.toml into the two locks again
	@PYTHON="$(PYTHON)" scripts/lock.sh

.PHONY: clean
clean: ## Remove everything that was made here
	rm -rf .venv .demo build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
