# The project's commands. They need git, make and Python 3.11 to 3.14.

# To choose a Python: make install PYTHON=python3.12
export PYTHON
BIN := .venv/bin
STAMP := .venv/.installed
RESOLVE := $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes

# Reinstall in a copied or moved checkout: its .venv still refers to the old folder.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
.PHONY: $(STAMP)
endif

.DEFAULT_GOAL := help
.PHONY: help install lock check format test test-faults test-distributed test-compose test-load screenshots audit bench up down demo clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

install: $(STAMP) ## create the environment .venv and the keys in .local
	@echo "Installed into .venv."

$(STAMP): requirements-dev.lock pyproject.toml bin/_install
	@echo "Installing into .venv. The first time takes a minute or two."
	@bin/_install
	@bin/wearables local init
	@printf '%s\n' '$(CURDIR)' >$@

lock: $(STAMP) ## upgrade and lock the packages of requirements*.txt and pyproject.toml
	@$(RESOLVE) --upgrade --extra local requirements-dev.txt pyproject.toml -o requirements-dev.lock
	@for name in requirements requirements-distributed; do \
		$(RESOLVE) --constraints requirements-dev.lock $$name.txt -o $$name.lock || exit 1; done

check: $(STAMP) ## run the formatter, the linters, the type checker, the import rules and the spell checker
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 include/sql dev
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && bin/wearables sql --render "$$folder" && \
		$(BIN)/sqlfluff lint --processes 2 --config .sqlfluff "$$folder"
	$(BIN)/yamllint --strict .
	$(BIN)/lint-imports --no-cache
	git ls-files -z ':!*.lock' ':!*.svg' ':!*.png' ':!*.json' ':!*/languages.py' ':!docs/retired-words.txt' | \
		xargs -0 $(BIN)/codespell

format: $(STAMP) ## format the Python code and fix what ruff can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

test: $(STAMP) ## run all tests, some in a real browser, except the next four suites
	@case "$(ARGS)" in *--ignore*tests/browser*) ;; *) bin/_browser ;; esac
	@case "$(ARGS)" in *--ignore*tests/deployment*) ;; *) bin/_nginx ;; esac
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/faults --ignore tests/distributed --ignore tests/engine --ignore tests/load $(ARGS)

test-faults: $(STAMP) ## inject faults into WHOOP, the network, the warehouse, the disk and tasks
	@bin/_nginx
	$(BIN)/python -m pytest -n 2 tests/faults $(ARGS)

test-distributed: $(STAMP) ## pull with two Celery workers, Redis and S3, and kill one of them
	@bin/_redis
	$(BIN)/python -m pytest --timeout 600 tests/distributed $(ARGS)

test-compose: $(STAMP) ## run docker-compose.yaml in its own Docker engine (needs root on Debian; five minutes)
	@bin/_engine
	$(BIN)/python -m pytest --timeout 1800 tests/engine $(ARGS)

test-load: $(STAMP) ## pull large teams and long histories (takes long)
	$(BIN)/python -m pytest -s --timeout 3600 tests/load $(ARGS)

screenshots: $(STAMP) ## run the browser tests and save screenshots in docs/images
	@bin/_browser
	SCREENSHOTS=1 $(BIN)/python -m pytest tests/browser $(ARGS)

audit: $(STAMP) ## look for vulnerable packages and for secrets in the repository
	@bin/_audit

bench: $(STAMP) ## run the benchmarks and write benchmarks/RESULTS.md (45 minutes on two idle cores)
	$(BIN)/python -m benchmarks $(ARGS)

up: $(STAMP) ## start PostgreSQL and Airflow
	@bin/wearables local init
	@bin/wearables local up

down: ## stop PostgreSQL and Airflow
	@if [ -x $(BIN)/python ]; then bin/wearables local down; else echo "Nothing is installed or running."; fi

demo: $(STAMP) ## pull invented athletes' data from the WHOOP sandbox and check the metrics
	@bin/wearables local init
	@bin/wearables local demo

clean: ## stop everything; delete the environment, databases, landing zone and logs, but not the keys
	@if [ -x $(BIN)/python ]; then bin/wearables local clean; fi
	rm -rf .venv .airflow landing .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@if [ -d .local ]; then find .local -mindepth 1 ! -name secrets.env -delete; fi
