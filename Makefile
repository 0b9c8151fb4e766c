# Every target sets up what it needs: .venv with the core for the demo, .venv-dev with everything for the rest.

PYTHON ?= python3
CORE := .venv/.installed
DEV := .venv-dev/.installed
INPUTS := pyproject.toml constraints.txt

.PHONY: demo test bench train docs clean

demo: $(CORE)
	.venv/bin/stemme analyze corpora/samples/feedback.csv --force

test: $(DEV)
	.venv-dev/bin/ruff check
	.venv-dev/bin/ruff format --check
	.venv-dev/bin/mypy
	.venv-dev/bin/stemme corpus check corpora
	.venv-dev/bin/pytest

bench: $(DEV)
	.venv-dev/bin/python tests/benchmarks/startup.py
	.venv-dev/bin/python tests/benchmarks/throughput.py

train: $(DEV)
	.venv-dev/bin/stemme train models/stemme-base.toml --resume

docs: $(DEV)
	.venv-dev/bin/python -m mkdocs build --strict

clean:
	rm -rf .venv .venv-dev build dist runs

$(CORE): $(INPUTS)
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(DEV): $(INPUTS)
	$(PYTHON) -m venv .venv-dev
	.venv-dev/bin/pip install --quiet --disable-pip-version-check -c constraints.txt torch
	.venv-dev/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@
