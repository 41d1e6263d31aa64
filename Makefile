# Builds, tests and shows Bellman on Debian 12. Everything that touches the network happens in
# network namespaces that are removed afterwards.

SWIFT ?= swift
CONFIGURATION ?= debug
BELLMAN = .build/$(CONFIGURATION)/bellman

# Arguments for `bellman lab`, for example ARGS=--keep.
ARGS ?=

# The first seed of `make simulate`, and after how many steps it ends.
SEED ?= 1
STEPS ?= 100000000

# What `make bench` measures: sizes of the table, runs of each, and the niceness of all that is
# measured; give -15 where other work goes on.
BENCH_SIZES ?= 10000,100000,1000000
BENCH_RUNS ?= 3
BENCH_NICE ?= 0

# How often each thing happens to the owner of an address in `make bench`; 0 leaves that out.
BENCH_FAILOVER_RUNS ?= 30

# How long `make fuzz` runs each target.
FUZZ_SECONDS ?= 60

SWIFT_FILES = Sources Tests Examples/announce-prefix Package.swift Fuzzing/Package.swift \
  $(wildcard Fuzzing/Sources/Fuzz*) Fuzzing/Sources/Crypto

.PHONY: help build lab test simulate fuzz corpus bench docs format lint examples schemas packages \
  clean

help:
	@echo "make build     build bellman"
	@echo "make lab       show it at work in a lab of network namespaces (root); ARGS=--keep stays"
	@echo "make test      run every test (those in namespaces need root)"
	@echo "make fuzz      feed the parsers and machines with what libFuzzer thinks up; FUZZ_SECONDS=60"
	@echo "make bench     measure it beside BIRD, FRR, OpenBGPD, GoBGP and keepalived (root)"
	@echo "make simulate  try the election against random faults; SEED=1 STEPS=100000000"
	@echo "make format    format the sources"
	@echo "make lint      fail on a formatting error"
	@echo "make examples  write Examples/lab from the manifests of the lab"
	@echo "make schemas   write Documentation/schemas from the types of the documents"
	@echo "make corpus    write the seeds of Fuzzing/Corpus from the tables of the tests"
	@echo "make docs      build the pages of the libraries into .build/docs"
	@echo "make packages  install the Debian packages that are missing (root)"
	@echo "make clean     remove what was built"

build: packages
	$(SWIFT) build -c $(CONFIGURATION)

lab: build
	$(BELLMAN) lab $(ARGS)

test: packages
	$(SWIFT) build --build-tests
	@SWIFT=$(SWIFT) .ci/tests

fuzz:
	SWIFT=$(SWIFT) Fuzzing/run $(FUZZ_SECONDS)

bench: packages
	@Benchmarks/packages
	$(SWIFT) build -c release --product bellman
	$(SWIFT) build -c release --product cluster-load
	$(SWIFT) build -c release --product speakers-load
	Benchmarks/cluster_status.py --bellman .build/release/bellman \
	  --load .build/release/speakers-load
	Benchmarks/run.py --bellman .build/release/bellman --load .build/release/cluster-load \
	  --sizes $(BENCH_SIZES) --runs $(BENCH_RUNS) --nice $(BENCH_NICE) \
	  --failover-runs $(BENCH_FAILOVER_RUNS) $(ARGS)

simulate:
	$(SWIFT) run -c release simulate regressions
	$(SWIFT) run -c release simulate mutations
	$(SWIFT) run -c release simulate run seed=$(SEED) steps=$(STEPS) seeds=1000000

format:
	$(SWIFT) format -i -r $(SWIFT_FILES)

lint:
	$(SWIFT) format lint --strict -r $(SWIFT_FILES)

examples:
	BELLMAN_UPDATE_EXAMPLES=1 $(SWIFT) test --filter theExamplesAreTheManifestsOfTheLab

schemas:
	BELLMAN_UPDATE_SCHEMAS=1 $(SWIFT) test --filter theFilesAreWhatTheTypesSay

corpus:
	BELLMAN_UPDATE_CORPUS=1 $(SWIFT) test --filter theSeedsAreInTheCorpus

docs:
	SWIFT=$(SWIFT) Documentation/build

packages:
	@.ci/packages

clean:
	$(SWIFT) package clean
