# What there is to do with this project. Nothing but git, make and Python 3.11 or later is assumed.

# Which Python to use may be named: make install PYTHON=python3.12
export PYTHON
BIN := .venv/bin
STAMP := .venv/.installed
RESOLVE := $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes

# A copied or moved checkout has an environment that still points at the old one.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

.DEFAULT_GOAL := help
.PHONY: help install lock check format test test-faults test-distributed test-compose test-load screenshots audit bench up down demo clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

install: $(STAMP) ## make the environment .venv and the keys in .local
	@echo "Installed in .venv"

$(STAMP): requirements-dev.lock pyproject.toml bin/_install
	@echo "Installing into .venv (a minute or two the first time)"
	@bin/_install
	@bin/wearables local init
	@printf '%s\n' '$(CURDIR)' >$@

lock: $(STAMP) ## resolve requirements*.txt anew into the locks
	@$(RESOLVE) --upgrade requirements-dev.txt -o requirements-dev.lock
	@for name in requirements requirements-distributed; do \
		$(RESOLVE) --constraints requirements-dev.lock $$name.txt -o $$name.lock || exit 1; done

check: $(STAMP) ## formatters, linters (Python, SQL, YAML) and the type checker
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 include/sql
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && bin/wearables sql --render "$$folder" && \
		$(BIN)/sqlfluff lint --processes 2 --config .sqlfluff "$$folder"
	$(BIN)/yamllint --strict .

format: $(STAMP) ## let ruff format and mend the Python
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test: $(STAMP) ## every test but the next four suites, on two cores, a real browser included
	@case "$(ARGS)" in *--ignore*tests/browser*) ;; *) bin/_browser ;; esac
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/faults --ignore tests/distributed --ignore tests/engine --ignore tests/load $(ARGS)

test-faults: $(STAMP) ## break WHOOP, the network, the warehouse, the disk and the tasks; prints a table
	$(BIN)/python -m pytest -n 2 tests/faults $(ARGS)

test-distributed: $(STAMP) ## two Celery workers, Redis and S3; one worker dies within a chunk
	@bin/_redis
	$(BIN)/python -m pytest --timeout 600 tests/distributed $(ARGS)

test-compose: $(STAMP) ## docker-compose.yaml in an engine of its own, as root on Debian; about five minutes
	@bin/_engine
	$(BIN)/python -m pytest --timeout 1800 tests/engine $(ARGS)

test-load: $(STAMP) ## large squads and long histories through the whole pipeline; takes a while
	$(BIN)/python -m pytest -s --timeout 3600 tests/load $(ARGS)

screenshots: $(STAMP) ## the browser tests once more, with pictures into docs/images
	@bin/_browser
	SCREENSHOTS=1 $(BIN)/python -m pytest tests/browser $(ARGS)

audit: $(STAMP) ## known vulnerabilities of the pinned packages; secrets in the repository
	@bin/_audit

bench: $(STAMP) ## the benchmark suite; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks $(ARGS)

up: $(STAMP) ## start PostgreSQL and Airflow
	@bin/wearables local up

down: ## stop everything
	@if [ -x $(BIN)/python ]; then bin/wearables local down; else echo "Nothing is installed, nothing runs."; fi

demo: $(STAMP) ## pull a sandbox squad's data through Airflow, and show it
	@bin/wearables local demo

clean: ## stop everything; delete environment, embedded databases, landing zone and logs (the keys stay)
	@if [ -x $(BIN)/python ]; then bin/wearables local clean; fi
	rm -rf .venv .airflow landing .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@if [ -d .local ]; then find .local -mindepth 1 ! -name secrets.env -delete; fi
