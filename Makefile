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

.PHONY: help build lab test simulate format lint examples packages clean

help:
	@echo "make build     build bellman"
	@echo "make lab       show it at work in a lab of network namespaces (root); ARGS=--keep stays"
	@echo "make test      run every test (those in namespaces need root)"
	@echo "make simulate  try the election against random faults; SEED=1 STEPS=100000000"
	@echo "make format    format the sources"
	@echo "make lint      fail on a formatting error"
	@echo "make examples  write Examples/lab from the manifests of the lab"
	@echo "make packages  install the Debian packages that are missing (root)"
	@echo "make clean     remove what was built"

build: packages
	$(SWIFT) build -c $(CONFIGURATION)

lab: build
	$(BELLMAN) lab $(ARGS)

test: packages
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

simulate:
	$(SWIFT) run -c release simulate run seed=$(SEED) steps=$(STEPS) seeds=1000000

format:
	$(SWIFT) format -i -r Sources Tests Package.swift

lint:
	$(SWIFT) format lint --strict -r Sources Tests Package.swift

examples:
	BELLMAN_UPDATE_EXAMPLES=1 $(SWIFT) test --filter theExamplesAreTheManifestsOfTheLab

packages:
	@.ci/packages

clean:
	$(SWIFT) package clean
