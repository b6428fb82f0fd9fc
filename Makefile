# Each of demo, test, bench does its own set-up: a virtual environment in .venv, the native core, the packages.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
SOURCES := pyproject.toml setup.py native/build_native.py $(wildcard native/include/*.h native/src/*)
DEMO := scenarios/smoke/busy_minute.yaml

.PHONY: demo test bench lint docs schemas setup peers clean

demo: setup
	$(BIN)/switchsim run $(DEMO) $(DEMO_OPTIONS)

test: setup peers
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -n auto --dist loadfile $(PYTEST_OPTIONS)

bench: setup
	mkdir -p .benchmarks
	$(BIN)/pytest benches -o 'python_files=bench_*.py' --benchmark-only --benchmark-timer=time.process_time \
		--benchmark-json=.benchmarks/latest.json -q -s $(PYTEST_OPTIONS)
	$(BIN)/python benches/ratios.py
	$(BIN)/python benches/write_readme.py

lint: setup
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

docs: setup
	$(BIN)/python tools/make_docs.py

schemas: setup
	$(BIN)/python tools/make_schemas.py

setup: $(STAMP)

$(STAMP): $(SOURCES)
	PYTHON="$(PYTHON)" VENV="$(VENV)" sh tools/setup.sh
	touch $(STAMP)

# The outside judges of the tests. Without root nothing is installed, and the tests that need them say which package.
peers:
	@sh tools/peers.sh

clean:
	rm -rf $(VENV) build dist *.egg-info native/_build switchsim/_native*.so
