# make learn   environment, self-check, JupyterLab on your copy of the course
# make test    environment, everything that CI checks
# make book    environment, the site in book/_build/html
# make wheel   the learner's package and the instructor's (qtrain-teach) in dist
# make lock    renew requirements.lock
# make clean   remove what the others made (never your copy of the course)

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LEARN_DIR ?= learn
DIST ?= dist

.PHONY: learn test book lock clean wheel
.DELETE_ON_ERROR:

learn: $(VENV)/.base
	@$(BIN)/qtrain doctor
	@$(BIN)/qtrain learn $(LEARN_DIR)

test: $(VENV)/.all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations=10

book: $(VENV)/.all
	$(BIN)/qtrain book

wheel: $(VENV)/.all
	$(BIN)/python -m build --wheel --no-isolation --outdir $(DIST) .
	$(BIN)/python -m build --wheel --no-isolation --outdir $(DIST) teach

lock: $(VENV)/.all
	$(BIN)/python .ci/lock.py

clean:
	rm -rf $(VENV) dist book/_build .runs .pytest_cache .hypothesis .ruff_cache .mypy_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "qtrain needs Python 3.11 or newer and found none: install it, then run make again."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python could not make an environment: on Debian or Ubuntu run 'apt-get install python3-venv', then run make again."; exit 1; }

# The student's part of the lock ends at the line "# extras"; what follows serves instructors and developers.
$(VENV)/.base: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what the lessons need: about 150 MB, once. It takes one to five minutes, as the network is."
	@sed '/^# extras/,$$d' requirements.lock > $(VENV)/base.txt
	@$(BIN)/python .ci/install.py "What the lessons need" $(VENV)/base.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.all: requirements.lock pyproject.toml | $(BIN)/python
	@$(BIN)/python .ci/install.py "What tests, the book and grading need, once" requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(VENV)/.base $@
