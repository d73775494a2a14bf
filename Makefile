# Everything the project needs is installed by `make setup` into .venv: Python 3.11 and make are enough.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/uv/bin/uv
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help setup lock proto demo up down check test storm bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## install everything into .venv (needs Python 3.11 and nothing else)

$(UV):
	$(PYTHON) -m venv $(VENV)
	$(PYTHON) -m venv $(VENV)/uv
	$(VENV)/uv/bin/python -m pip install --quiet uv==0.13.9

$(VENV)/.ready: requirements.lock pyproject.toml | $(UV)
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

lock: | $(UV) ## resolve the dependencies again and write requirements.lock
	$(UV) pip compile --quiet --generate-hashes --no-header --extra dev --python-version 3.11 pyproject.toml -o requirements.lock

proto: setup ## generate protos/gen from protos/handoff
	rm -rf protos/gen && mkdir -p protos/gen
	$(BIN)/python -m grpc_tools.protoc --proto_path=protos --plugin=protoc-gen-mypy=$(BIN)/protoc-gen-mypy \
		--plugin=protoc-gen-mypy_grpc=$(BIN)/protoc-gen-mypy_grpc \
		--python_out=protos/gen --grpc_python_out=protos/gen --mypy_out=quiet:protos/gen --mypy_grpc_out=quiet:protos/gen \
		$(sort $(wildcard protos/handoff/v1/*.proto))

demo: setup ## a small company with its own Kafka and Mongo; DATA=DIR replays real orders, STORY=all plays stories
	@$(BIN)/handoff demo $(if $(DATA),--from $(DATA)) $(if $(STORY),--story $(STORY))

up: setup ## start Kafka, Mongo and every service
	@$(BIN)/handoff up

down: setup ## stop what `make up` started
	@$(BIN)/handoff down

check: setup ## format, lint, types, import rules, protos, generated code
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/buf format --diff --exit-code protos
	$(BIN)/buf lint
	$(BIN)/buf breaking --against protos/baseline.binpb
	$(MAKE) --no-print-directory proto
	git diff --exit-code --stat protos/gen
	test -z "$$(git status --porcelain protos/gen)"

# The many processes that the tests start are to find bytecode, so writing it is not forbidden. In the
# order of collection the files of many seconds and few tests do not come last, one of them alone.
test: setup ## every test, real Kafka and real mongod included
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

storm: setup ## faults on real servers; SEED=n, CONTROL=naive-clock, no-guard or one-heartbeat; or SEEDS=n
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m tests.storm $(if $(SEEDS),--seeds $(SEEDS),--seed $(or $(SEED),1)) $(if $(CONTROL),--control $(CONTROL))

bench: setup ## what an event costs, alone, beside peers and among many open promises; QUICK=1
	$(BIN)/python -m tests.bench.core
	$(BIN)/python -m tests.bench.decode
	$(BIN)/python -m tests.bench.collector
	$(if $(filter 1,$(QUICK)),,$(BIN)/python -m tests.bench.replay)
	$(BIN)/python -m tests.bench.peers
	$(if $(filter 1,$(QUICK)),,$(BIN)/python -m tests.bench.peers --open 1000000)
	$(BIN)/python -m tests.bench.promises

clean: ## remove what the targets made
	rm -rf $(VENV) build .mypy_cache .ruff_cache .import_linter_cache

# For maintainers, when a version in vendor.toml was raised; nothing else needs npm.
.PHONY: vendor
vendor: setup ## fetch the console's scripts and styles again (needs npm)
	$(BIN)/python -m services.console.vendor
