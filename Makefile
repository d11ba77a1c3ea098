# `make` prints what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help

.PHONY: help
help: ## Print the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{ printf "  %-14s %s\n", $$1, $$2 }'

.PHONY: setup
setup: ## Install what the tests need beside Rust
	./scripts/setup.sh

.PHONY: run
run: ## Start the shop (release build); settings: .env.example
	cargo run --release --locked

.PHONY: dev
dev: ## Start the shop (debug build)
	cargo run --locked

.PHONY: test
test: setup ## Everything a change must pass; the last line counts the tests
	@./scripts/test.sh

.PHONY: fmt
fmt: ## Format the code
	cargo fmt --all

.PHONY: lint
lint: ## Check format and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --features amazoff-server/fault-points,amazoff-world/fault-points -- -D warnings

.PHONY: doc
doc: ## Build the documentation
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

.PHONY: sbom
sbom: ## Write what the program is built from to target/amazoff.cdx.json (CycloneDX)
	./scripts/sbom.sh

.PHONY: soak
soak: ## Galera; the simulation over 50,000 seeds (SIM_SEEDS), 100,000 baskets priced (PRICING_CASES), 10,000 sequences of payments (PAYSIM_SEQUENCES), the API against its document for 15 minutes, Lighthouse, the kill tests again and again (SOAK_RUNS=30)
	./scripts/setup.sh soak
	./scripts/soak.sh

.PHONY: bench
bench: ## Measure: commands per second, latency, memory, restart, cold build
	./scripts/bench.sh

.PHONY: browser
browser: ## Only the browser tests
	cargo build --locked --features amazoff-server/fault-points
	SHOP_BINARY=target/debug/amazoff node tests/browser/run.mjs

.PHONY: screenshots
screenshots: browser ## The browser tests' pictures, in tests/browser/artifacts
	@ls tests/browser/artifacts

.PHONY: env-example
env-example: ## Write .env.example from the table in the code
	cargo run --locked --quiet -- config --example > .env.example
