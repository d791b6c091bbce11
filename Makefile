# Everything starts from a clone and Python 3.11 or newer; nothing else has to be installed by hand.
# `make run`   validates and trains examples/pets on this machine.
# `make test`  runs every check of the project.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# cpu or gpu: which TensorFlow to install. GPU where the driver is there.
VARIANT ?= $(shell command -v nvidia-smi >/dev/null 2>&1 && echo gpu || echo cpu)
# What pytest gets besides, e.g. ARGS="-k lease -x".
ARGS ?=
PYTEST := $(BIN)/python -m pytest $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help install run test quick fix lint types imports unit explore fuzz mutants trainer-tests oracle e2e e2e-full chaos cluster demo-cluster cluster-down lock generate clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# One stamp for each set of locked packages; a changed lock installs again.
$(VENV)/build.stamp: requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.11 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/build.txt
	@touch $@

$(VENV)/trainer.stamp: $(VENV)/build.stamp requirements/trainer-$(VARIANT).txt pyproject.toml
	@echo "Installing the trainer ($(VARIANT)) into $(VENV) ..."
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes -r requirements/trainer-$(VARIANT).txt
	@$(MAKE) --no-print-directory project
	@touch $@

# The command line without training.
$(VENV)/base.stamp: $(VENV)/build.stamp requirements/base.txt pyproject.toml
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/base.txt
	@$(MAKE) --no-print-directory project
	@touch $@

$(VENV)/test.stamp: $(VENV)/build.stamp requirements/test.txt pyproject.toml
	@echo "Installing what the tests need into $(VENV) ..."
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes -r requirements/test.txt
	@$(MAKE) --no-print-directory project
	@touch $@

$(VENV)/audit.stamp: $(VENV)/build.stamp requirements/audit.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/audit.txt
	@touch $@

$(VENV)/cluster.stamp: $(VENV)/build.stamp requirements/cluster.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements/cluster.txt
	@touch $@

.PHONY: project
project:
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .

install: $(VENV)/trainer.stamp  ## the command detector-training, with the trainer, into .venv
	@echo "Ready: $(BIN)/detector-training --help"

run: $(VENV)/trainer.stamp  ## validate and train examples/pets on this machine
	@$(BIN)/detector-training run -f examples/pets/training.yaml

test: lint types imports unit sbom trainer-tests e2e  ## every check: ruff, mypy, import-linter, pytest
	@echo "All checks passed."

fix: $(VENV)/test.stamp  ## ruff: fix what it can, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(VENV)/test.stamp  ## ruff: style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test.stamp  ## mypy --strict
	$(BIN)/mypy

imports: $(VENV)/test.stamp  ## import-linter: the layers
	$(BIN)/lint-imports

quick: lint $(VENV)/test.stamp  ## while working: ruff, and the unit tests without generated examples and without a browser
	$(PYTEST) tests/unit -q -n 2 -m "not hypothesis and not browser"

unit: $(VENV)/test.stamp  ## the tests that need no TensorFlow
	$(PYTEST) tests/unit tests/fuzz tests/oracle/test_recorded.py -q -n 2

explore: $(VENV)/test.stamp  ## the tests with generated examples, with thousands of other examples than `make test` has
	$(PYTEST) tests/unit -q -n 2 --hypothesis-profile=explore -m hypothesis

fuzz: $(VENV)/test.stamp  ## damaged inputs of every kind, others each time, for a quarter of an hour or so; `make unit` has a few of them
	$(PYTEST) tests/fuzz -q -n 2 --hypothesis-profile=explore

SEED ?= $(shell date +%s)
SAMPLE ?= 200
PACKAGES ?= policies reconcile observe builders checks training
mutants: $(VENV)/test.stamp  ## SAMPLE small changes in each of PACKAGES, SEED says which: does a unit test fail?
	PYTHONPATH=tools $(BIN)/python -m mutants --seed $(SEED) --sample $(SAMPLE) $(PACKAGES)

trainer-tests: $(VENV)/test.stamp  ## the tests that run the real trainer
	$(PYTEST) tests/trainer tests/oracle/test_mutations.py -q -n 2 --dist loadfile

CASES ?= 500
oracle: $(VENV)/test.stamp  ## what the real trainer does with the recorded cases, and with CASES mutations of sound inputs: does the validator agree?
	PYTHONPATH=tests $(BIN)/python -m oracle --hand-made
	PYTHONPATH=tests $(BIN)/python -m oracle --seed $(SEED) --cases $(CASES)

e2e: $(VENV)/test.stamp  ## the tests on a real Kubernetes; without root or Go they are skipped, unless DETECTOR_TRAINING_KUBECONFIG is set
	$(PYTEST) tests/e2e -q -m "not full" --durations=15

e2e-full: $(VENV)/test.stamp  ## the same, and those that wait for minutes: what a stall, a lost node or a broken log leads to in the end
	$(PYTEST) tests/e2e -q --durations=15

# 12 kills over 6 trainings are in `make e2e` too.
KILLS ?= 200
TRAININGS ?= 50
chaos: $(VENV)/test.stamp  ## TRAININGS trainings while operator, API server, etcd and kubelet are killed KILLS times (needs root and Go; half an hour); SEED says at which moments
	PYTHONPATH=tests $(BIN)/python -m chaos --seed $(SEED) --kills $(KILLS) --trainings $(TRAININGS)

cluster: $(VENV)/cluster.stamp  ## a Kubernetes of one node on this machine (needs root and Go), and how to use it
	@PYTHONPATH=tests $(BIN)/python -m cluster up

demo-cluster: $(VENV)/cluster.stamp  ## examples/pets on a Kubernetes of this machine: operator and trainer as in production (needs root and Go)
	@PYTHONPATH=tests $(BIN)/python -m cluster demo

cluster-down: $(VENV)/cluster.stamp  ## end it, and everything in it
	@PYTHONPATH=tests $(BIN)/python -m cluster down

lock: $(VENV)/build.stamp  ## solve requirements/*.in afresh into requirements/*.txt
	PATH="$(abspath $(BIN)):$$PATH" requirements/lock.sh

.PHONY: sbom
sbom: $(VENV)/test.stamp  ## bills of materials (CycloneDX) of the wheel with each set of locked packages, in dist/sbom
	@rm -rf dist
	@$(BIN)/python -m hatchling build --target wheel --directory dist
	@PYTHONPATH=tools $(BIN)/python -m supply_chain.sbom wheel dist/*.whl --output dist/sbom

.PHONY: audit
audit: $(VENV)/audit.stamp  ## known vulnerabilities of all locked packages; needs a network that reaches an advisory service (OSV_URL: which)
	@PYTHONPATH=tools $(BIN)/python -m supply_chain.audit $(if $(OSV_URL),--osv-url $(OSV_URL))

.PHONY: base-image
base-image:  ## resolve the tag in requirements/base-image.in to a digest, for the images (needs skopeo and the registry)
	@PYTHONPATH=tools $(PYTHON) -m supply_chain.base_image

generate: $(VENV)/test.stamp  ## all generated files: protos, registries, CRD, docs
	PYTHONPATH=tools $(BIN)/python -m generators.descriptors
	PYTHONPATH=tools $(BIN)/python -m generators.proto_types
	PYTHONPATH=tools $(BIN)/python -m generators.feature_extractors
	PYTHONPATH=tools $(BIN)/python -m generators.official_learning_rates
	PYTHONPATH=tools $(BIN)/python -m generators.finding_codes
	$(BIN)/python -m detector_operator.api.crd
	cp crds/detectortrainings.yaml charts/detector-training/files/detectortrainings.yaml
	PYTHONPATH=tools $(BIN)/python -m generators.docs

.PHONY: docs
docs: $(VENV)/base.stamp  ## what a new or changed check or failure generates: docs/*.md and the list of codes; without TensorFlow
	PYTHONPATH=tools $(BIN)/python -m generators.finding_codes
	PYTHONPATH=tools $(BIN)/python -m generators.docs

.PHONY: signatures
signatures: $(VENV)/trainer.stamp $(VENV)/test.stamp  ## data/model_signatures.xz, from the real builders; takes about 15 minutes
	PYTHONPATH=tools $(BIN)/python -m generators.model_signatures

clean:  ## remove the environment and every run
	rm -rf $(VENV) runs
