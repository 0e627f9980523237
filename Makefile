# What each target does is said by `make help`.

VENV := .venv
BIN := $(VENV)/bin
# The first Python on this machine that is new enough; PYTHON=… chooses another.
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
PIP = $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
# Tests and checks choose their own settings, whatever is set outside. Each suite, and each process
# that a test starts, would compile all modules anew if Python might not keep them compiled.
CLEAN = env -u ALLOWED_HOSTS -u BACKUP_DIR -u CORRECTIONS_EMAIL -u DATABASE_URL -u DATA_DIR -u DEBUG \
	-u DEFAULT_FROM_EMAIL -u DJANGO_SETTINGS_MODULE -u EMAIL_URL -u OPERATOR_EMAIL \
	-u PAGE_CACHE_MB -u PROXY_ADDRESS_HEADER -u PUBLIC_QUERY_SECONDS \
	-u REQUIRE_SECOND_FACTOR -u SECRET_KEY -u SENTRY_DSN -u SIGN_INS_KEPT_DAYS -u SITE_URL \
	-u SLOW_QUERY_MS -u SLOW_REQUEST_MS -u TIME_ZONE -u TRUST_PROXY -u PYTHONDONTWRITEBYTECODE
HTTPS_SITE = $(CLEAN) DATABASE_URL=sqlite://:memory: SITE_URL=https://peace.example.org \
	SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')"
MAKEFLAGS += --no-print-directory

.PHONY: help run dev test lint bench drills screenshots free-address python
.NOTPARALLEL:

help:
	@echo "make run    serve the site at http://127.0.0.1:8000 (HOST=, PORT= change that)"
	@echo "make dev    the same, with debug pages and reloading"
	@echo "make test   run all tests: on SQLite, on PostgreSQL, and in a browser"
	@echo "make lint   check the code, the templates, the types and the settings"
	@echo "make bench  time search and counts over 100,000 made events (EVENTS=, KEEP= a folder)"
	@echo "make drills try what must hold when things go wrong (half an hour)"
	@echo "make screenshots   make the pictures of the README anew"

run: free-address $(VENV)/.runtime
	@exec $(BIN)/python -m peaceportal.serve

dev: free-address $(VENV)/.runtime
	@exec $(BIN)/python -m peaceportal.serve --dev

test: $(VENV)/.tests
	@echo "== Tests on SQLite"
	@$(CLEAN) $(BIN)/python -m pytest -q -n auto -m "not browser"
	@echo "== Tests of the database on PostgreSQL"
	@$(CLEAN) $(BIN)/python -m tests.on_postgres -q -n auto \
		-m "django_db and not browser and not one_database"
	@echo "== Tests in a browser"
	@$(CLEAN) $(BIN)/python -m pytest -q -n auto -m browser

lint: $(VENV)/.tests
	@echo "== Code"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { \
		echo "These files are not formatted; “$(BIN)/ruff format” does it:"; \
		$(BIN)/ruff format --check .; exit 1; }
	@echo "== Templates"
	@find . -path './.*' -prune -o -path '*/templates/*.html' \
		-exec $(BIN)/djade --check --target-version 5.2 {} +
	@echo "== Types"
	@$(CLEAN) $(BIN)/python -m mypy
	@echo "== Migrations and settings, as an https site"
	@$(HTTPS_SITE) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(HTTPS_SITE) $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.tests
	@$(CLEAN) $(BIN)/python -m tests.benchmarks --events $(or $(EVENTS),100000) \
		$(if $(KEEP),--keep $(KEEP))

drills: $(VENV)/.tests
	@$(CLEAN) $(BIN)/python -m tests.drills.backup
	@$(CLEAN) $(BIN)/python -m tests.drills.kills
	@$(CLEAN) $(BIN)/python -m tests.drills.kills --on postgresql --kills 40
	@$(CLEAN) $(BIN)/python -m tests.drills.database_gone
	@$(CLEAN) $(BIN)/python -m tests.drills.two_processes
	@$(CLEAN) $(BIN)/python -m tests.drills.mixed_load
	@$(CLEAN) $(BIN)/python -m tests.drills.disk_full  # as root

screenshots: $(VENV)/.tests
	@$(CLEAN) $(BIN)/python -m tests.screenshots

# Before anything slow: is there a Python that will do, and is the address free?
free-address: python
	@$(PYTHON) -m peaceportal.serve --check

python:
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo "Peace Portal needs Python 3.11 or later; this machine has" \
			"$$($(or $(PYTHON),python3) --version 2>/dev/null || echo none)."; exit 1; }

$(BIN)/python: | python
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "This Python cannot make virtual environments. Install its venv package" \
			"(on Debian and Ubuntu: apt install python3-venv)."; exit 1; }
	@echo "Making the virtual environment in $(VENV)"
	@$(PYTHON) -m venv --clear $(VENV)

# A stamp is younger than the requirements that were installed. A virtual environment without pip
# was left half-made, or its Python has gone: it is made anew.
$(VENV)/.runtime: requirements.txt $(BIN)/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing what the site runs on (requirements.txt)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.tests: requirements-dev.txt requirements.txt $(BIN)/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing what the tests need (requirements-dev.txt)"
	@$(PIP) -r requirements-dev.txt
	@touch $@
