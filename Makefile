# Everything a person or a build runs here. `make` alone lists it.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
# Narrows `make test` and `make bench`: make test ARGS="tests/news -x"
ARGS ?=
# How many processes run the tests; 0 is this one alone, which a debugger needs.
WORKERS ?= auto

RUN := $(VENV)/bin/python
# A lock names every package, so nothing is resolved; hashes hold each file; nothing is compiled.
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check --no-input \
	--require-hashes --no-deps --no-compile --only-binary :all: --requirement
PACKAGES := advocacy cms home news search
CHECKED := $(PACKAGES) benchmarks tests manage.py

# With CI=true a missing part is a failure, and so is a branch that no test takes.
ifeq ($(CI),true)
COVERAGE := --cov --cov-report=term --cov-fail-under=90
endif

.DEFAULT_GOAL := help
.PHONY: help demo serve test lint bench venv requirements browser-tools
.DELETE_ON_ERROR:

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/base.stamp ## Load the demo newsroom and serve it on PORT (8000)
	@PORT=$(PORT) exec $(RUN) manage.py demo

serve: $(VENV)/base.stamp ## Serve this checkout as in production, on PORT (8000)
	@PORT=$(PORT) exec $(RUN) manage.py serve

test: $(VENV)/dev.stamp browser-tools ## Run every test that this machine can; ARGS narrows them
	@$(RUN) -m pytest --numprocesses $(WORKERS) $(COVERAGE) $(ARGS)

lint: $(VENV)/dev.stamp ## Check style, types, imports, templates, migrations and settings
	$(VENV)/bin/ruff check $(CHECKED)
	$(VENV)/bin/ruff format --check $(CHECKED)
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy $(CHECKED)
	$(VENV)/bin/djhtml --check --tabwidth 4 templates
	$(VENV)/bin/djlint --lint --quiet templates
	DJANGO_SETTINGS_MODULE=cms.settings.test $(RUN) manage.py makemigrations --check --dry-run
	$(DEPLOYED) $(RUN) manage.py check --deploy --fail-level WARNING
	$(RUN) -m pytest --quiet -p no:randomly tests/test_house_rules.py

bench: $(VENV)/base.stamp browser-tools ## Measure everything into benchmarks/RESULTS.md; ARGS=--quick for less
	@$(RUN) benchmarks/run.py $(ARGS)

venv: $(VENV)/dev.stamp ## Make the virtual environment, with what tests and linters need

requirements: $(VENV)/dev.stamp ## Compile requirements/*.in again; UPGRADE=1 takes newer releases
	@cd requirements && for name in base dev production; do \
		env -u UV_FIND_LINKS -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL \
		$(abspath $(VENV))/bin/uv pip compile --quiet --no-config --generate-hashes --universal \
			--python-version 3.11 --no-emit-index-url --no-emit-find-links \
			--custom-compile-command "make requirements" $(if $(UPGRADE),--upgrade) \
			--output-file "$$name.txt" "$$name.in" || exit 1; \
	done

# A production server as `check --deploy` wants to see it. None of these values is used anywhere.
DEPLOYED := DJANGO_SETTINGS_MODULE=cms.settings.production \
	SECRET_KEY=not-a-secret-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789 \
	ALLOWED_HOSTS=news.example.org SITE_URL=https://news.example.org \
	DEFAULT_FROM_EMAIL=newsroom@example.org EMAIL_URL=smtp://127.0.0.1:25 DATABASE_URL=sqlite:///:memory:

# The environment is made once, and filled again when a lock file is newer than what it holds.

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Dovetail needs Python 3.11 or later; $(PYTHON) is something else." \
			"Name another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Making $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/base.stamp: requirements/base.txt $(VENV)/bin/python
	@echo "Installing requirements/base.txt into $(VENV)"
	@$(INSTALL) requirements/base.txt
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt requirements/base.txt $(VENV)/bin/python
	@echo "Installing requirements/dev.txt into $(VENV)"
	@$(INSTALL) requirements/dev.txt
	@touch $@ $(VENV)/base.stamp

# The HTML checker and Lighthouse come from npm. Without npm what needs them is skipped, and says so.
browser-tools:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory --silent node_modules/stamp; fi

node_modules/stamp: package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
