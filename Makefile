# `make` lists the targets. Settings: PORT, DATA (run), FILTER (test-fast), TENANTS (chaos), SECONDS (soak).

PORT ?= 8080
DATA ?= .bulkhead
FILTER ?= .
TENANTS ?= 500
SECONDS ?= 600

# The same for every debug build, coverage included: a different set of flags
# would build everything, dependencies too, a second time.
BUILD_FLAGS := --enable-code-coverage --explicit-target-dependency-import-check error

# Tests that start servers, or the built command.
SERVER_TESTS := ACMETests|DNSProvidersTests|DNSResolverTests|TLSTests|LocalServersTests|MailSMTPTests|PostgresTests|RedisTests|TenancyRedisTests|EdgeGatewayTests|TenancyPostgresTests|IntegrationTests|EndToEndTests

FORMATTED := $(wildcard Sources Tests Benchmarks Examples) Package.swift

.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-long chaos lint format bench soak setup clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Start Bulkhead with a private PostgreSQL: PORT=8080, data in DATA=.bulkhead
	@scripts/setup run
	swift build $(BUILD_FLAGS) --product bulkhead
	@LLVM_PROFILE_FILE=/dev/null exec .build/debug/bulkhead dev --port $(PORT) --data $(DATA)

test: ## Check the format, build, run all tests on servers of their own, report coverage
	@scripts/setup test
	@$(MAKE) --no-print-directory lint
	@BUILD_FLAGS='$(BUILD_FLAGS)' scripts/test

test-fast: ## Run the tests that need no server; FILTER='regular expression' picks some
	@scripts/setup run
	swift test $(BUILD_FLAGS) --filter '$(FILTER)' --skip '^($(SERVER_TESTS))\.'

test-long: ## Run all tests, those included that are too slow for every change
	@scripts/setup test
	@BULKHEAD_LONG_TESTS=1 BUILD_FLAGS='$(BUILD_FLAGS)' scripts/test

chaos: ## Make 500 tenants while PostgreSQL crashes and workers are killed; TENANTS=500
	@scripts/setup test
	@BULKHEAD_CHAOS_TENANTS=$(TENANTS) BUILD_FLAGS='$(BUILD_FLAGS)' scripts/test --filter EndToEndTests.ChaosTests

lint: ## Check the format and the rules of the house; changes nothing
	swift format lint --strict --recursive $(FORMATTED)
	@scripts/lint

format: ## Format all Swift files in place
	swift format --in-place --recursive $(FORMATTED)

bench: ## Measure on this machine, in a release build
	@scripts/setup bench
	@scripts/bench

soak: ## Ten minutes at full load: flat memory, no leaked connection; SECONDS=600
	@scripts/setup bench
	@scripts/soak $(SECONDS)

setup: ## Install the missing Debian packages, for running, testing and measuring
	@scripts/setup all

clean: ## Remove what was built; the data in .bulkhead stay
	rm -rf .build .build-*
