# The front door. Every target first makes sure that the Debian packages it needs are there.

JOBS ?= $(shell nproc)
PYTHON = /usr/bin/python3
LINTS = arrows sizes banned names unlisted self dashboards format

.PHONY: help build demo test truth bench calibration soak fuzz format lint package rig-packages rig-hosts rig-hosts-down
.DEFAULT_GOAL := help

help:
	@echo 'make build    optimised programs in build/bin/'
	@echo 'make demo     one whole drill against a practice target, and where its scorecard is'
	@echo 'make test     everything, under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make truth    of these, the verdicts that were once untrue'
	@echo 'make bench    the figures of the instrument, side by side with wrk'
	@echo 'make calibration  how often a verdict at the edge of its objective is false (CALIBRATION="--cells mttr")'
	@echo 'make soak     for hours what make test tries for seconds; goes on where it was broken off (SOAK="--rounds 1")'
	@echo 'make fuzz     libFuzzer on what comes in from outside; goes on where it was broken off (FUZZ="--seconds 600")'
	@echo 'make lint     the rules of the house: includes, sizes, banned calls, unlisted files'
	@echo 'make package  Debian packages in build/release/packages; make rig-packages tries them in a minimal tree'
	@echo 'make rig-hosts, rig-hosts-down  three hosts as network namespaces, for scenarios/three-hosts.yaml (root)'
	@echo 'make format   clang-format over our own code'
	@echo 'SHAKEDOWN_SKIP_INSTALL=1 leaves the system as it is; JOBS=N sets the compile jobs.'

build:
	@tools/install_dependencies.sh build
	cmake --preset release --log-level=WARNING
	cmake --build --preset release --target programs -j $(JOBS)

demo: build
	@tools/demo.sh

rig-hosts:
	@scenarios/three-hosts/hosts.sh check
	@scenarios/three-hosts/hosts.sh up

rig-hosts-down:
	@scenarios/three-hosts/hosts.sh down

test:
	@tools/install_dependencies.sh build test
	cmake --preset dev --log-level=WARNING
	cmake --build --preset dev -j $(JOBS)
	@$(PYTHON) tools/run_tests.py build/dev --jobs 2

truth:
	@tools/install_dependencies.sh build test
	cmake --preset dev --log-level=WARNING
	cmake --build --preset dev -j $(JOBS)
	@GTEST_FILTER='*Truth*' $(PYTHON) tools/run_tests.py --jobs 2 build/dev -- -L truth

bench: build
	@tools/install_dependencies.sh test bench
	cmake --build --preset release --target bench_load bench_metrics bench_controller bench_scale bench_calibration -j $(JOBS)
	@SHAKEDOWN_BIN_DIR=$(CURDIR)/build/bin SHAKEDOWN_SOURCE_DIR=$(CURDIR) $(PYTHON) tests/bench/run.py

calibration:
	@tools/install_dependencies.sh build test
	cmake --preset release --log-level=WARNING
	cmake --build --preset release --target bench_calibration -j $(JOBS)
	@build/bin/bench_calibration $(CALIBRATION)

soak:
	@tools/install_dependencies.sh build test
	cmake --preset dev --log-level=WARNING
	cmake --build --preset dev --target component_rogue component_metrics_server wire_grpc_test wire_tls_test \
		fuzz_http_parser fuzz_wire fuzz_scenario fuzz_judge shakedown shakedown-agent shakedown-target -j $(JOBS)
	@SHAKEDOWN_BIN_DIR=$(CURDIR)/build/dev/bin SHAKEDOWN_SOURCE_DIR=$(CURDIR) $(PYTHON) tests/soak/run.py build/dev $(SOAK)

fuzz:
	@tools/install_dependencies.sh build fuzz
	cmake --preset fuzz --log-level=WARNING
	cmake --build --preset fuzz --target $(addprefix endless_,http_parser wire scenario judge) -j $(JOBS)
	@SHAKEDOWN_SOURCE_DIR=$(CURDIR) $(PYTHON) tests/fuzz/endless.py build/fuzz $(FUZZ)

package: build
	cd build/release && cpack

rig-packages: package
	@tools/install_dependencies.sh rig
	@$(PYTHON) tests/rigs/packages.py build/release/packages

format:
	@tools/install_dependencies.sh format
	git ls-files --cached --others --exclude-standard '*.cc' '*.h' | xargs -r clang-format-14 -i

lint:
	@tools/install_dependencies.sh lint
	@status=0; for lint in $(LINTS); do $(PYTHON) tools/$$lint.py || status=1; done; exit $$status
