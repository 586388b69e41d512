# make demo and make test need Python 3.10 or newer, pip and make, nothing else.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
EXAMPLE := examples/yunxi-2015

.PHONY: demo test style bench clean

demo: $(READY)  ## one report as tables, as JSON, and by model and rules, against its gold annotations
	$(BIN)/ie predict --format table $(EXAMPLE).txt
	$(BIN)/ie predict $(EXAMPLE).txt | head -n 30
	$(BIN)/ie compare $(EXAMPLE).txt --gold $(EXAMPLE).gold.json

test: style  ## style, types, walls and tests
	$(BIN)/python -m pytest

style: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## characters per second and peak memory
	$(BIN)/python bench/speed.py
	$(BIN)/python bench/speed.py --extractor model

clean:
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $(READY)
