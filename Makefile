# Everything a person or CI does here starts with make, and each target does its own set-up:
# `make run` and `make test` work in a fresh clone.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.SILENT:
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

# The Python that the environments are made with, 3.11 or newer.
PYTHON ?= python3
# Which stage `synth` and `deploy` work on; `synth` takes all of them when it is not said.
STAGE ?=
# Arguments for pytest, such as ARGS="tests/orders -x", and for `cdk deploy`.
ARGS ?=

py := .venv/bin/python
stages := local dev prod

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export PYTHONUTF8 := 1
# The Python of this machine is the one; uv fetches none.
export UV_PYTHON_DOWNLOADS := never
# cdk does not call home, and jsii does not fill the screen because Debian's Node is an older one.
export CDK_DISABLE_CLI_TELEMETRY := true
export CDK_DISABLE_VERSION_CHECK := true
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 18,20

.PHONY: help run test check fix synth deploy bench lock vendor setup clean browser

help: ## say what make can do
	awk -F ' *## ' '/^[a-z]+:.* ## /{sub(/:.*/, "", $$1); printf "  make %-8s %s\n", $$1, $$2}' Makefile

run: setup ## deploy it to this machine and serve it until Ctrl-C (DEMO=0: without demo orders)
	exec $(py) -m local.run

test: setup browser check ## check, then run every test (ARGS=… goes to pytest)
	echo "» Running the tests"
	exec $(py) -m pytest $(ARGS)

check: .venv/.stamp node_modules/.stamp ## look at everything without running or changing it
	echo "» Checking"
	exec $(py) -m tools.check

fix: .venv/.stamp ## format the Python, and mend what ruff can mend
	failed=
	$(py) -m ruff check --fix . || failed=1
	$(py) -m ruff format .
	[ -z "$$failed" ]

synth: .venv/.stamp node_modules/.stamp .local/layers/.stamp ## write the CloudFormation of STAGE (local, dev, prod; all) to cdk.out
	for stage in $(or $(STAGE),$(stages)); do
	  echo "» Synthesising stage $$stage into cdk.out/$$stage"
	  cdk synth --quiet --no-notices --context "stage=$$stage" --output "cdk.out/$$stage"
	done

deploy: .venv/.stamp node_modules/.stamp .local/layers/.stamp ## deploy STAGE (dev or prod) to the AWS account of your credentials
	case "$(STAGE)" in
	  dev | prod) ;;
	  *) echo "✗ Say which stage: make deploy STAGE=dev or STAGE=prod" >&2; exit 2 ;;
	esac
	echo "» Deploying stage $(STAGE)"
	exec cdk deploy --all --no-notices --context "stage=$(STAGE)" --output "cdk.out/$(STAGE)" $(ARGS)

bench: setup ## run every benchmark; each prints a table
	shopt -s nullglob
	failed=
	for file in benchmarks/[a-z]*.py; do
	  name=$$(basename "$$file" .py)
	  echo "» Benchmark $$name"
	  $(py) -m "benchmarks.$$name" || failed="$$failed $$name"
	done
	[ -z "$$failed" ] || { echo "✗ Failed:$$failed" >&2; exit 1; }

lock: .venv/.stamp ## write the locks anew after a change of pyproject.toml or package.json (ARGS=--upgrade: newest)
	$(py) -m tools.lock $(ARGS)
	echo "» Locking package-lock.json"
	npm install --package-lock-only --loglevel=error >/dev/null

vendor: .venv/.stamp node_modules/.stamp ## bundle the libraries of the admin page anew
	exec $(py) -m tools.vendor

setup: .venv/.stamp .venv-local/.stamp node_modules/.stamp .local/layers/.stamp ## make the environments (every target does what it needs of it)

clean: ## remove everything that was made here, the local engine's data included
	rm -rf .venv .venv-local node_modules .local cdk.out *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

browser:
	$(PYTHON) tools/machine.py chromium japanese-fonts curl openssl

# uv comes from the same lock as the rest: pip installs its pinned, hashed wheel, and uv the others.
.venv/.stamp: requirements-dev.txt pyproject.toml
	$(PYTHON) tools/machine.py venv
	if ! .venv/bin/uv --version >/dev/null 2>&1; then
	  echo "» Making the Python environment .venv"
	  $(PYTHON) -m venv .venv
	  sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > .venv/uv.txt
	  .venv/bin/python -m pip --quiet --disable-pip-version-check install --require-hashes --no-deps -r .venv/uv.txt
	fi
	echo "» Installing the Python packages of requirements-dev.txt"
	.venv/bin/uv pip sync --quiet --python $(py) --require-hashes --only-binary :all: requirements-dev.txt
	.venv/bin/uv pip install --quiet --python $(py) --no-deps --no-build-isolation --editable .
	touch $@

.venv-local/.stamp: requirements-local.txt | .venv/.stamp
	echo "» Installing the local engine of requirements-local.txt into .venv-local"
	[ -x .venv-local/bin/python ] || .venv/bin/uv venv --quiet --python $(py) .venv-local
	.venv/bin/uv pip sync --quiet --python .venv-local/bin/python --require-hashes --only-binary :all: requirements-local.txt
	touch $@

# The wheels of the Lambda layer, for the cloud and for this machine: after this every stage
# synthesises offline.
.local/layers/.stamp: layers/deps/requirements.txt | .venv/.stamp
	echo "» Fetching the wheels of the Lambda layer"
	$(py) -m infra.bundle
	touch $@

node_modules/.stamp: package-lock.json .npmrc
	$(PYTHON) tools/machine.py node npm
	echo "» Installing the Node packages of package-lock.json"
	npm ci --loglevel=error >/dev/null
	touch $@
