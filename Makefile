# liaison: the commands people type. The build itself is CMake's (CMakePresets.json); gates are
# targets, so that whatever .ci/run refuses can be run alone by the name it prints.
.DEFAULT_GOAL := release
ARGS    ?=
LIST    ?=
SECONDS ?= 5
PREFIX  ?= /usr/local
BUILD    = tools/build.sh
CTEST    = ctest --output-on-failure -j2 --no-tests=error

release: ## build build/release/liaison (the default)
	@tools/setup.sh build
	@$(BUILD) release

demo: release ## the main job on invented data; ARGS=--check ends by itself, LIST='FILE...' adds real lists
	build/release/liaison demo run $(ARGS) $(foreach f,$(LIST),--list $(f))

test: ## build build/dev, with its benches, and run every test but the long ones
	@tools/setup.sh test
	@$(BUILD) dev all benches
	tests/postgres.sh $(CTEST) --test-dir build/dev -LE long

check: ## every gate, as .ci/run has it
	.ci/run

clang asan tsan: ## one gate each: the build of that preset and its tests
	@tools/setup.sh check
	@$(BUILD) $@
	tools/sanitized.sh $@

floors headers words secrets docs format-check tidy: ## one gate each: what its tools/*.sh says at its top
	@tools/setup.sh check
	tools/$@.sh

format: ## write the layout that format-check asks for
	@tools/setup.sh check
	tools/format-check.sh --write

fuzz: ## each fuzz target for SECONDS=5, from its corpus
	@tools/setup.sh check
	@$(BUILD) fuzz
	tools/fuzz.sh $(SECONDS)

long: ## the tests that take minutes (label "long"), fuzz targets for a minute each, valgrind
	@tools/setup.sh check
	@$(BUILD) dev
	tests/postgres.sh $(CTEST) --test-dir build/dev -L long
	@$(MAKE) -s fuzz SECONDS=60
	tools/valgrind.sh

valgrind: ## the unit tests under valgrind (half an hour)
	@tools/setup.sh check
	@$(BUILD) dev
	tools/valgrind.sh

bench: ## measure, and print the figures (bench/*/run.sh)
	@tools/setup.sh bench
	@$(BUILD) release all benches
	tools/bench.sh $(ARGS)

performance: ## measure the ground on both engines, and write docs/performance.md (a quarter of an hour)
	@tools/setup.sh bench
	@$(BUILD) release all benches
	LIAISON_BUILD=$(CURDIR)/build/release bench/ground/write.sh

performance-audit: ## measure a log of a million leaves on both engines, and write docs/performance-audit.md
	@tools/setup.sh bench
	@$(BUILD) release all benches
	LIAISON_BUILD=$(CURDIR)/build/release bench/audit/write.sh

performance-match: ## measure the matcher beside its peers, and write docs/performance-match.md (a quarter of an hour)
	@tools/setup.sh bench
	@$(BUILD) release liaison bench_match_speed bench_match_reload
	LIAISON_BUILD=$(CURDIR)/build/release bench/match/write.sh

golden: ## rewrite the golden files; read the diff before you commit it
	@tools/setup.sh test
	@$(BUILD) dev
	LIAISON_GOLDEN=write $(CTEST) --test-dir build/dev -LE long

fresh: ## `make demo ARGS=--check` and `make test` of HEAD in a plain Debian 12
	tools/fresh.sh

install: release ## to $(DESTDIR)$(PREFIX)
	cmake --install build/release --prefix $(PREFIX)

clean: ## take build/ away
	tools/clean.sh

help: ## this list
	@sed -n 's/^\([a-z][a-z -]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 20

.PHONY: release valgrind demo test check clang asan tsan floors headers words secrets docs format-check tidy \
	format fuzz long bench performance performance-audit performance-match golden fresh install clean help
