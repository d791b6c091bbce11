# A clone and Python 3.11 or newer are enough: every target installs what it needs into .venv.
# `make run`   validates and trains examples/pets on this machine.
# `make quick` checks a change within a minute.
# `make test`  runs every check of the project.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# cpu or gpu: which TensorFlow to install. Default: gpu if the NVIDIA driver is installed.
VARIANT ?= $(shell command -v nvidia-smi >/dev/null 2>&1 && echo gpu || echo cpu)
# Additional arguments of pytest, for example ARGS="-k lease -x".
ARGS ?=
PYTEST := $(BIN)/python -m pytest $(ARGS)

.DEFAULT_GOAL := help
.PHONY: help
help:  ## list the targets
	@awk -F ':.*## ' '/^## /{printf "\n%s\n", substr($$0, 4)} /^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# One stamp per set of locked packages; a changed lock is installed again.
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

# Everything but TensorFlow: enough to lint, to check types and to run the quick tests.
$(VENV)/dev.stamp: $(VENV)/build.stamp requirements/dev.txt pyproject.toml
	@echo "Installing the development tools into $(VENV) ..."
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes -r requirements/dev.txt
	@$(MAKE) --no-print-directory project
	@touch $@

$(VENV)/test.stamp: $(VENV)/build.stamp requirements/test.txt pyproject.toml
	@echo "Installing the tests' requirements, with TensorFlow, into $(VENV) ..."
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

## Use it

.PHONY: install run
install: $(VENV)/trainer.stamp  ## install the command detector-training, with the trainer, into .venv
	@echo "Ready: $(BIN)/detector-training --help"

run: $(VENV)/trainer.stamp  ## validate and train examples/pets on this machine
	@$(BIN)/detector-training run -f examples/pets/training.yaml

## While you work: no TensorFlow is installed

.PHONY: quick fix lint types imports words new
quick: lint imports  ## lint, import layers, and the fast unit tests: no generated examples, browser, TensorFlow or Helm; under a minute
	$(PYTEST) tests/unit -q -n 2 --ignore=tests/unit/chart --ignore=tests/unit/supply_chain --ignore=tests/unit/mutants \
	  -m "not hypothesis and not browser and not trainer and not slow and not recorded"

fix: $(VENV)/dev.stamp  ## ruff: fix what can be fixed automatically, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lint: $(VENV)/dev.stamp  ## ruff: style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp  ## mypy --strict
	$(BIN)/mypy

imports: $(VENV)/dev.stamp  ## import-linter: the layers
	$(BIN)/lint-imports

words: $(VENV)/dev.stamp  ## words and phrases to avoid, with replacements
	@PYTHONPATH=tools $(BIN)/python -m vocabulary
	@PYTHONPATH=tools $(BIN)/python -m vocabulary --docstrings

KIND ?=
NAME ?=
new: $(VENV)/dev.stamp  ## files of a new check, failure, policy, verb or field: KIND=record-check NAME=records/foo; see CONTRIBUTING.md
	@PYTHONPATH=tools $(BIN)/python -m scaffold $(KIND) $(NAME)

## Tests

.PHONY: test unit explore fuzz mutants trainer-tests oracle
test: lint types imports unit sbom trainer-tests e2e  ## every check: ruff, mypy, import-linter, all tests
	@echo "All checks passed."

unit: $(VENV)/test.stamp  ## the tests that do not run TensorFlow
	$(PYTEST) tests/unit tests/fuzz tests/oracle/test_recorded.py -q -n 2

explore: $(VENV)/test.stamp  ## the tests with generated examples, with thousands of random examples
	$(PYTEST) tests/unit -q -n 2 --hypothesis-profile=explore -m hypothesis

fuzz: $(VENV)/test.stamp  ## damaged inputs of every kind, different ones each time, for about 15 minutes; `make unit` runs a few fixed ones
	$(PYTEST) tests/fuzz -q -n 2 --hypothesis-profile=explore

SEED ?= $(shell date +%s)
SAMPLE ?= 200
PACKAGES ?= policies reconcile observe builders checks training
mutants: $(VENV)/test.stamp  ## make SAMPLE small changes in each of PACKAGES, drawn from SEED, and list those that no unit test notices
	PYTHONPATH=tools $(BIN)/python -m mutants --seed $(SEED) --sample $(SAMPLE) $(PACKAGES)

trainer-tests: $(VENV)/test.stamp  ## the tests that run the real trainer
	$(PYTEST) tests/trainer tests/oracle/test_mutations.py -q -n 2 --dist loadfile

CASES ?= 500
oracle: $(VENV)/test.stamp  ## compare the validator with the real trainer: the recorded cases, and CASES mutations of valid inputs
	PYTHONPATH=tests $(BIN)/python -m oracle --hand-made
	PYTHONPATH=tests $(BIN)/python -m oracle --seed $(SEED) --cases $(CASES)

## On a Kubernetes cluster

.PHONY: e2e e2e-full chaos cluster demo-cluster cluster-down
e2e: $(VENV)/test.stamp  ## the end-to-end tests; skipped without root and Go, unless DETECTOR_TRAINING_KUBECONFIG is set
	$(PYTEST) tests/e2e -q -m "not full" --durations=15

e2e-full: $(VENV)/test.stamp  ## the same, and those that wait for minutes: stalls, lost nodes, unreadable logs
	$(PYTEST) tests/e2e -q --durations=15

# 12 kills over 6 trainings are in `make e2e` too.
KILLS ?= 200
TRAININGS ?= 50
chaos: $(VENV)/test.stamp  ## TRAININGS trainings while operator, API server, etcd and kubelet are killed KILLS times, at moments drawn from SEED (root and Go; 30 min)
	PYTHONPATH=tests:tools $(BIN)/python -m chaos --seed $(SEED) --kills $(KILLS) --trainings $(TRAININGS)

cluster: $(VENV)/cluster.stamp  ## start a single-node Kubernetes cluster on this machine (needs root and Go), and print how to use it
	@PYTHONPATH=tools $(BIN)/python -m cluster up

demo-cluster: $(VENV)/cluster.stamp  ## examples/pets on such a cluster, with operator and trainer as in production (needs root and Go)
	@PYTHONPATH=tools $(BIN)/python -m cluster demo

cluster-down: $(VENV)/cluster.stamp  ## stop the cluster and delete everything in it
	@PYTHONPATH=tools $(BIN)/python -m cluster down

## Generated files

.PHONY: docs crd generate signatures lock
docs: $(VENV)/dev.stamp  ## files generated from checks and failures: docs/*.md and the list of codes; no TensorFlow is installed
	PYTHONPATH=tools $(BIN)/python -m generators.finding_codes
	PYTHONPATH=tools $(BIN)/python -m generators.docs

generate: $(VENV)/test.stamp  ## all generated files: protos, registries, CRD, docs
	PYTHONPATH=tools $(BIN)/python -m generators.descriptors
	PYTHONPATH=tools $(BIN)/python -m generators.proto_types
	PYTHONPATH=tools $(BIN)/python -m generators.feature_extractors
	PYTHONPATH=tools $(BIN)/python -m generators.official_learning_rates
	PYTHONPATH=tools $(BIN)/python -m generators.finding_codes
	$(BIN)/python -m detector_operator.api.crd
	cp crds/detectortrainings.yaml charts/detector-training/files/detectortrainings.yaml
	PYTHONPATH=tools $(BIN)/python -m generators.docs

crd: $(VENV)/dev.stamp  ## the CRD, from detector_operator/api, and its copy in the chart; no TensorFlow is installed
	$(BIN)/python -m detector_operator.api.crd
	cp crds/detectortrainings.yaml charts/detector-training/files/detectortrainings.yaml

signatures: $(VENV)/trainer.stamp $(VENV)/test.stamp  ## data/model_signatures.xz, from the real builders; takes about 15 minutes
	PYTHONPATH=tools $(BIN)/python -m generators.model_signatures

lock: $(VENV)/build.stamp  ## resolve requirements/*.in into requirements/*.txt
	PATH="$(abspath $(BIN)):$$PATH" requirements/lock.sh

## Supply chain

.PHONY: sbom audit base-image
sbom: $(VENV)/test.stamp  ## bills of materials (CycloneDX) of the wheel with each set of locked packages, in dist/sbom
	@rm -rf dist
	@$(BIN)/python -m hatchling build --target wheel --directory dist
	@PYTHONPATH=tools $(BIN)/python -m supply_chain.sbom wheel dist/*.whl --output dist/sbom

audit: $(VENV)/audit.stamp  ## known vulnerabilities of all locked packages; needs an advisory service (OSV_URL: another one)
	@PYTHONPATH=tools $(BIN)/python -m supply_chain.audit $(if $(OSV_URL),--osv-url $(OSV_URL))

base-image:  ## resolve the tag in requirements/base-image.in to a digest, for the images (needs skopeo and the registry)
	@PYTHONPATH=tools $(PYTHON) -m supply_chain.base_image

## Other

.PHONY: clean
clean:  ## remove the environment and every run
	rm -rf $(VENV) runs
