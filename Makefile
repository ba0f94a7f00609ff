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

check: setup
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy

setup:
	@tools/bootstrap.sh

# Renews the exact versions and their hashes, for every Python that is served. `make lock upgrade=1` takes the newest.
lock: setup
	$(python) tools/lock.py $(if $(upgrade),--upgrade)

clean:
	rm -rf .build out .mypy_cache .ruff_cache .pytest_cache
