# Targets explain themselves: run `make`.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

SITE ?= site.yaml
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GEN := $(BIN)/ongrid-gen
WORKERS ?= 2
STACKS ?= 4
FUZZ ?= 10000

.PHONY: help setup docker mode up down status drill render check lint test unit rules integration golden gen mutants faults fuzz bench clean

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1\t\2/' | expand -t 14

setup: $(VENV)/.ready ## make .venv with ongrid-gen in it, from the hashed lock

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ongrid-gen needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Run: make setup PYTHON=python3.12"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv"; exit 2; }
	@echo "installing the locked requirements into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

docker: ## see that Docker and Compose answer; install and start them where we may
	@tools/docker-engine.sh

mode: setup docker
	@mkdir -p build && $(GEN) images $(SITE) --probe > build/.mode

up: mode secrets/oncall.url ## render site.yaml, get the images, start the stack, wait until it is ready
	@$(GEN) up $(SITE) $$(cat build/.mode)

secrets/oncall.url:
	@mkdir -p -m 700 secrets
	@printf 'http://127.0.0.1:9/put-the-address-of-your-webhook-into-secrets-oncall.url' > $@
	@chmod 644 $@
	@echo "made $@ with a placeholder: put your webhook's address into it (read at each notification, no restart)"

down: setup ## stop the stack; its data stays
	@$(GEN) down $(SITE) $$(cat build/.mode 2> /dev/null)

status: setup ## what runs, what fires
	@$(GEN) status $(SITE) $$(cat build/.mode 2> /dev/null)

drill: setup ## prove the alerts of site.yaml on the running stack
	@$(GEN) drill $(SITE) $$(cat build/.mode 2> /dev/null)

render: setup ## write the bundle of site.yaml to build/
	@$(GEN) render $(SITE)

check: setup ## check site.yaml
	@$(GEN) check $(SITE)

lint: setup ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

unit: setup ## tests that need no container
	@$(BIN)/pytest -n $(WORKERS) -m "not integration and not engine" $(ARGS)

rules: setup docker ## rule unit tests and validators, in the programs' own images
	@$(BIN)/pytest -n $(WORKERS) -m engine $(ARGS)

integration: mode ## the real stack, brought up with testcontainers
	@$(BIN)/pytest -n $(STACKS) --dist loadfile -m integration $(ARGS)

test: mode lint ## everything: lint, types, unit, golden, rule tests, integration on the real stack
	@$(GEN) images $(SITE) $$(cat build/.mode) > /dev/null
	@$(BIN)/pytest -n $(WORKERS) -m "not integration" $(ARGS)
	@$(BIN)/pytest -n $(STACKS) --dist loadfile -m integration $(ARGS)

golden: setup ## write the golden files anew, then run the tests that compare them
	@ONGRID_GEN_GOLDEN=1 $(BIN)/pytest -q -n $(WORKERS) -m "not integration and not engine" -k "golden or bad or faults"
	@$(BIN)/pytest -q -n $(WORKERS) -m "not integration and not engine" -k "golden or bad or faults"

gen: setup ## write docs/reference.md and docs/checks.md anew from their sources
	@$(BIN)/python tools/reference.py
	@$(BIN)/python tools/checks_page.py

mutants: setup ## break every rule in every small way: do its generated tests notice? writes docs/mutants.md
	@$(BIN)/python tools/mutants.py --write

faults: mode ## break spec and bundle in every way that was thought of: who notices? writes docs/faults.md
	@$(BIN)/python tools/faults.py --write $(ARGS)

fuzz: setup ## 10,000 random specs and damaged files, of what is slow a part; an hour and more (FUZZ=200 tries 200)
	@ONGRID_GEN_FUZZ=$(FUZZ) $(BIN)/pytest -q -n $(WORKERS) --dist worksteal --durations=0 --no-header tests/property $(ARGS)

bench: mode ## measure, and write docs/benchmarks.md
	@$(BIN)/python tools/bench.py $$(cat build/.mode)

clean: ## remove what was built here; running stacks and images stay
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
