# Two commands: `make run` starts the playground, `make test` runs every test. Both make their own environment first.

PORT ?= 8501
WORKERS ?= 2
VENV := .venv
PYTHON := $(VENV)/bin/python
APP := $(VENV)/app.stamp
DEV := $(VENV)/dev.stamp
PIP := $(PYTHON) -m pip install --quiet --disable-pip-version-check

# An environment whose Python is gone is made anew.
$(shell $(PYTHON) -c '' 2>/dev/null || rm -f $(APP) $(DEV))

.PHONY: run test browser lint format typecheck bench pictures clean

run: $(APP)
	@echo "BERT playground: http://localhost:$(PORT)"
	@exec $(PYTHON) -m streamlit run app.py --server.port=$(PORT)

test: browser
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

browser: $(DEV)
	@sh tests/browser/install_chromium.sh $(PYTHON)

lint: $(DEV)
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

format: $(DEV)
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

typecheck: $(DEV)
	$(PYTHON) -m mypy core pages

bench: $(APP)
	$(PYTHON) -m benchmarks

pictures: browser
	$(PYTHON) -m tests.browser.take_pictures

clean:
	rm -rf $(VENV)

$(APP): requirements.txt
	@python=$$(for p in python3 python3.13 python3.12 python3.11 python; do \
	  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done); \
	test -n "$$python" || { echo "Python 3.11 or newer is needed; none is on the PATH."; exit 1; }; \
	$(PYTHON) -c '' 2>/dev/null || $$python -m venv --clear $(VENV)
	@echo "Installing the requirements; this takes a few minutes once."
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(APP)
	@echo "Installing what the tests need."
	@$(PIP) -r requirements-dev.txt
	@touch $@
