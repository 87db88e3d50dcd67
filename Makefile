# Esteira: `make` alone prints this help.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.pronto
STAMP_DEV := .venv/.pronto-dev
# uv does the same in a tenth of the time; both say what they install while they do.
UV := $(shell command -v uv 2>/dev/null)
INSTALL := $(if $(UV),$(UV) pip install --python $(BIN)/python,$(BIN)/python -m pip install --disable-pip-version-check)
# Dozens of processes of ours start by one command: none compiles again what the one before it did.
unexport PYTHONDONTWRITEBYTECODE
# What `make test` hands to pytest: ARGS=tests/core, ARGS="-k retencao -n 0".
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test test-containers check format docs site lock bench clean

help: ## Show the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.venv/bin/python:
	$(PYTHON) -m venv .venv

$(STAMP): requirements.lock pyproject.toml | .venv/bin/python
	@echo "Preparing .venv$(if $(UV), with uv,: the first time takes about two minutes)"
	$(INSTALL) --require-hashes -r requirements.lock
	@touch $@

$(STAMP_DEV): requirements-dev.lock $(STAMP)
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

# The editable install writes the `esteira` command; hatchling comes from the lock, so nothing is fetched unpinned.
$(BIN)/esteira: $(STAMP) pyproject.toml
	$(INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

setup: $(BIN)/esteira ## Prepare .venv (the command is .venv/bin/esteira)

run: setup ## Start everything with the demonstration: broker, workers, beat, Flower, API, sandbox
	$(BIN)/esteira subir --demo

test: setup $(STAMP_DEV) ## Run the test suite, or the part that ARGS=… names
	$(BIN)/python -m pytest $(ARGS)

test-containers: setup $(STAMP_DEV) ## Try the compose stack in real containers, where this machine can (root, Docker, debootstrap)
	$(BIN)/python tests/containers $(ARGS)

check: setup $(STAMP_DEV) ## Format check, lint, types and secret scan
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	git ls-files -z --cached --others --exclude-standard | xargs -0 $(BIN)/detect-secrets-hook --baseline .secrets.baseline

format: $(STAMP_DEV) ## Format the code and fix what lint can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: setup ## Write Procfile, the workers of the compose file and the derived tables again
	$(BIN)/python -m docs.generate

site: setup $(STAMP_DEV) ## Write the documents as a site into site/ (open site/index.html)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

bench: setup $(STAMP_DEV) ## Print the delivery figures beside a raw sender
	$(BIN)/python -m bench.deliveries

lock: ## Resolve the dependencies again into the two lock files
	uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev --extra otel -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## Remove .venv and caches (never the data folder)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache
