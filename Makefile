# Every command sets itself up. Settings come from the environment: see .env.example.

python := .venv/bin/python
runtime := .venv/runtime.stamp
development := .venv/development.stamp

# What `check` needs to see the settings of a production host. None of these values is used anywhere else.
production := \
	HELPDESK_PRODUCTION=1 \
	HELPDESK_SITE_URL=https://helpdesk.example.com \
	HELPDESK_ALLOWED_HOSTS=helpdesk.example.com \
	HELPDESK_SECRET_KEY="$$($(python) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	HELPDESK_FIELD_KEYS="$$($(python) -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())')"

# A Python that was updated leaves a dead link behind.
broken := $(shell $(python) -c '' 2>/dev/null || echo broken)

.PHONY: broken run test check test-faults bench demo-traffic clean
.DEFAULT_GOAL := run

## Everything in the foreground: database, broker, web, workers, SMTP listener. Ctrl-C stops it.
run: $(runtime)
	@exec $(python) manage.py up

## The whole test suite. ARGS="tests/tickets -x" runs a part of it.
# It starts the product dozens of times, so bytecode is kept even where the environment says otherwise.
test: $(development)
	@.ci/system-packages
	PYTHONDONTWRITEBYTECODE= $(python) -m pytest -n logical --dist loadfile $(ARGS)

## Format, lint, types, migrations, production settings, API description.
check: $(development)
	$(python) -m ruff format --check .
	$(python) -m ruff check .
	$(python) -m mypy .
	$(python) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(production) $(python) manage.py check --deploy --fail-level WARNING
	$(python) manage.py spectacular --validate --fail-on-warn --api-version v1 --file /dev/null

## The fault suite in full: 20 kills per step, restarts of the broker and the database.
test-faults: $(development)
	HELPDESK_FAULTS=full $(python) -m pytest tests/faults $(ARGS)

## The benchmarks and their ratio to raw SQL.
bench: $(development)
	$(python) -m bench $(ARGS)

## Made-up customers write over every channel into a running `make run`. ARGS="--seconds 0" goes on until Ctrl-C.
demo-traffic: $(runtime)
	@$(python) manage.py demo_traffic $(ARGS)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache

$(runtime): requirements.txt .ci/install $(broken)
	@.ci/install requirements.txt
	@touch $@

$(development): requirements.txt requirements-dev.txt .ci/install $(broken)
	@.ci/install requirements-dev.txt
	@touch $@ $(runtime)
