# make help says what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build web test e2e lint bench

# An exact version that rustup knows only as "stable" would be refused or downloaded again.
ifeq ($(RUSTUP_TOOLCHAIN),)
  FORCED_TOOLCHAIN := $(shell scripts/toolchain.sh)
  ifneq ($(FORCED_TOOLCHAIN),)
    export RUSTUP_TOOLCHAIN := $(FORCED_TOOLCHAIN)
  endif
endif

TARGET := $(or $(CARGO_TARGET_DIR),target)
STAGE := scripts/stage.sh
# Tests choose their database themselves, and take no settings of a server of yours.
CLEAN := env $(foreach name,$(filter PARLOUR_%,$(shell env | cut -d = -f 1)),-u $(name))

help:
	@echo "make run      build everything, make a demo organization in ./data, serve it"
	@echo "make build    the front-ends and $(TARGET)/release/parlour"
	@echo "make web      the front-ends only"
	@echo "make test     install what the tests need, run every test"
	@echo "make e2e      only the widget's tests in Chromium; E2E=forms for the files whose names contain that"
	@echo "make lint     formatting, clippy, types and lints of web/, documentation, dependencies"
	@echo "make bench    how fast a release is on this machine (BENCHMARKS.md); BENCH=\"send --rounds 5\" for less or more"

run: build
	@scripts/run.sh $(TARGET)/release/parlour

build: web
	cargo build --release -p server

web:
	@scripts/build-web.sh

test:
	@$(STAGE) "tools" scripts/install-test-tools.sh
	@$(STAGE) "front-ends" scripts/build-web.sh
	@$(STAGE) "web" scripts/test-web.sh
	@$(STAGE) "formatting" cargo fmt --all --check
	@$(STAGE) "clippy" cargo clippy --workspace --all-targets -- -D warnings
	@$(STAGE) "tests on SQLite" $(CLEAN) cargo test --workspace
	@$(STAGE) "API tests on PostgreSQL" $(CLEAN) scripts/with-postgres.sh cargo test -p server --test api
	@$(STAGE) "binary" cargo build -p server --bin parlour
	@$(STAGE) "web client against the server" $(CLEAN) scripts/test-web-e2e.sh $(TARGET)/debug/parlour
	@$(STAGE) "widget in a browser" $(CLEAN) scripts/test-widget.sh $(TARGET)/debug/parlour
	@$(STAGE) "bench, short" $(CLEAN) $(TARGET)/debug/parlour bench --quick --dir $(TARGET)
	@$(STAGE) "clients and receivers on SQLite" $(CLEAN) python3 clients/run.py --binary $(TARGET)/debug/parlour
	@$(STAGE) "clients and receivers on PostgreSQL" $(CLEAN) scripts/with-postgres.sh sh -c \
	    'python3 clients/run.py --binary $(TARGET)/debug/parlour --database-url "$$PARLOUR_DATABASE_URL"'
	@$(STAGE) "schemathesis" $(CLEAN) python3 scripts/schemathesis.py --binary $(TARGET)/debug/parlour

e2e: web
	@$(STAGE) "binary" cargo build -p server --bin parlour
	@$(STAGE) "widget in a browser" $(CLEAN) scripts/test-widget.sh $(TARGET)/debug/parlour $(E2E)

lint:
	@$(STAGE) "formatting" cargo fmt --all --check
	@$(STAGE) "clippy" cargo clippy --workspace --all-targets -- -D warnings
	@$(STAGE) "web" scripts/test-web.sh lint
	@$(STAGE) "documentation" env RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps --document-private-items
	@if cargo deny --version >/dev/null 2>&1; then \
	    $(STAGE) "cargo-deny" cargo deny check bans licenses sources; \
	else echo "cargo-deny is not installed: skipped" >&2; fi
	@if cargo machete --version >/dev/null 2>&1; then \
	    $(STAGE) "cargo-machete" cargo machete; \
	else echo "cargo-machete is not installed: skipped" >&2; fi

bench: build
	@$(CLEAN) $(TARGET)/release/parlour bench --dir $(TARGET) $(BENCH)
