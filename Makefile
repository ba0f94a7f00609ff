# Two commands do everything, set-up included: `make demo` and `make test`.
# Tests whose inputs have not changed since they passed are not run again; `make test fresh=1` runs them all.

python := .venv/bin/python
jobs ?= 2

.PHONY: demo test bench mutants fuzz check lock setup clean

demo: setup
	$(python) -m earloop demo --out out/demo

test: setup check
	$(python) -m pytest -n $(jobs) $(if $(fresh),--fresh)

bench: setup
	$(python) -m bench

mutants: setup
	$(python) -m bench.mutants --out bench/MUTANTS.md

fuzz: setup
	$(python) -m earloop firmware fuzz
	$(python) -m tests.fuzz

check: setup
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy

setup:
	@tools/bootstrap.sh

# Renews the exact versions. Torch's build tag is cut off, so that the lock also serves where only PyPI's build is.
lock: setup
	.venv/bin/uv pip compile --quiet --python-platform x86_64-unknown-linux-gnu --python-version 3.11 --extra dev \
	    --no-header --no-annotate --find-links "$(PIP_FIND_LINKS)" --upgrade-package torch pyproject.toml -o requirements.lock
	sed -i 's/^\(torch==[0-9.]*\)+cpu/\1/' requirements.lock

clean:
	rm -rf .build out .mypy_cache .ruff_cache .pytest_cache
