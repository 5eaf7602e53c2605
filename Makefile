# `make demo` and `make test` set themselves up; nothing is installed outside .venv.

.PHONY: demo test test-long lint setup
.DEFAULT_GOAL := demo

READY := .venv/.ready

demo: $(READY)
	@.venv/bin/gaitchain demo

test: lint
	@.venv/bin/python -m pytest -m "not long"

test-long: $(READY)
	@.venv/bin/python -m pytest -m long

lint: $(READY)
	@.venv/bin/ruff check --quiet
	@.venv/bin/ruff format --quiet --check
	@.venv/bin/mypy --no-error-summary
	@.venv/bin/lint-imports --no-logo >&2

setup: $(READY)

$(READY): pyproject.toml uv.lock requirements.lock .ci/setup
	@.ci/setup
	@touch $@
