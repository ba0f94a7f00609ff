# Two commands do everything, set-up included: `make demo` and `make test`.
# Tests whose inputs have not changed since they passed are not run again; `make test fresh=1` runs them all.

python := .venv/bin/python
jobs ?= 2

# Compiled modules are kept even where the environment says otherwise: the suite starts hundreds of Pythons.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test docs links installs bench mutants fuzz kills check lock sbom audit setup clean

demo: setup
	$(python) -m earloop demo --out out/demo

# Each of the jobs has a core: threads of its own would wait for those of the others.
test: export OMP_NUM_THREADS := 1
test: setup check
	$(python) -m pytest -n $(jobs) $(if $(fresh),--fresh)

# The site, into out/site. Tutorials run; a warning, a broken link within the site or an unknown word stops it.
docs: setup
	$(python) -m sphinx --fail-on-warning --keep-going -d .build/doctrees docs out/site
	$(python) -m sphinx --fail-on-warning --keep-going -b spelling -D plot_gallery=0 -d .build/doctrees-words docs .build/words

# Every link of the site to another site.
links: setup
	$(python) -m sphinx -b linkcheck -D plot_gallery=0 -d .build/doctrees-words docs .build/links

# Wheel and sdist by pip, pipx and uv, on each Python that is served and at hand; says how many packages and MB each is.
installs: setup
	$(python) -m pytest -m install -rP tests/packaging

bench: setup
	$(python) -m bench

mutants: setup
	$(python) -m bench.measurements.mutants --out bench/MUTANTS.md

fuzz: setup
	$(python) -m earloop firmware fuzz
	$(python) -m tests.fuzz

# Kills each long command at 100 random moments, and runs it again.
kills: setup
	$(python) -m bench.kills

check: setup
	$(python) -m ruff check .
	$(python) -m ruff format --check .
	$(python) -m mypy
	git ls-files -z | xargs -0 $(python) -m codespell_lib

setup:
	@tools/bootstrap.sh

# Renews the exact versions and their hashes, for every Python that is served. `make lock upgrade=1` takes the newest.
lock: setup
	$(python) tools/lock.py $(if $(upgrade),--upgrade)

# What the environment is made of, as out/sbom.cdx.json in CycloneDX's form.
sbom: setup
	$(python) tools/supply_chain.py sbom

# What is known to be wrong with any release in any lock. Status 2 where that cannot be found out.
audit: setup
	$(python) tools/supply_chain.py audit

clean:
	rm -rf .build out .mypy_cache .ruff_cache .pytest_cache
