# Foliogate: everything a newcomer types. `make help` explains.
#
# The virtual environment is made once and again when pyproject.toml changes; a second run starts at once.

PYTHON  ?=
VENV    := .venv
PY      := $(VENV)/bin/python
FOR     ?=
PMS     ?=
PORT    ?=
SEED    ?=
SEEDS   ?= 1000
RUNS    ?=
ARGS    ?=
JOBS    ?= 3
CHECKED := protocols rating pms_adapters gateway tests

# Containers often forbid it, and then each process of the tests compiles a thousand modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-processes test-others lint types bench prove prove-processes fuzz clean

help:  ## this list
	@echo "Foliogate: from the telephone exchange to the guest's folio."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r what why; do printf '%-22s %s\n' "$$what" "$$why"; done
	@echo
	@echo "  FOR=30         demo, fuzz: end after so many seconds  PORT=8080   demo: where the page is"
	@echo "  PMS=ows        demo: the PMS speaks SOAP, as OPERA's web services do; guestline: as Guestline's; else FIAS"
	@echo "  JOBS=3         test: how many at a time; 0 for one process, as a debugger wants it"
	@echo "  ARGS='...'     test, bench: more words for pytest     PYTHON=...  which Python makes the environment"
	@echo "  REQUIRE_PEERS=1  test: a missing Chromium or PostgreSQL is a failure, not a skip"
	@echo "  PROVE_FULL=1     test: with the long forms, which take twice as long"

demo: $(VENV)/.ready-run  ## the whole chain on loopback, with a page to look at; Ctrl-C ends it
	@exec $(VENV)/bin/foliogate demo $(if $(FOR),--for $(FOR)) $(if $(PORT),--port $(PORT)) $(if $(PMS),--pms $(PMS))

test: $(if $(ARGS),,test-processes) test-others  ## every test but the benches

test-processes: $(VENV)/.ready-test
	@$(PY) -m pytest tests/processes  # these need the machine for themselves

test-others: $(VENV)/.ready-test
	@exec $(PY) -m pytest -n $(JOBS) --dist worksteal $(if $(ARGS),$(ARGS),--ignore=tests/processes)

lint: $(VENV)/.ready-dev  ## ruff and the import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(VENV)/bin/lint-imports

types: $(VENV)/.ready-dev  ## mypy --strict
	$(PY) -m mypy --strict $(CHECKED)

bench: $(VENV)/.ready-test  ## the benches, with what they measured
	@exec $(PY) -m pytest -m bench -s -p no:randomly tests/bench $(ARGS)

prove: $(VENV)/.ready-test  ## the promise, proven: a thousand simulated hotel days, then prove-processes; SEED=n plays one day again, PMS=ows: all over SOAP
	@$(PY) -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(SEEDS) --trace prove-traces) $(if $(PMS),--pms $(PMS))
	@$(if $(SEED),true,exec $(MAKE) --no-print-directory prove-processes)

prove-processes: $(VENV)/.ready-test  ## the long proofs on real processes: 200 kills, standstills, full disk, power cuts, a siege
	@PROVE_FULL=1 exec $(PY) -m pytest -s -p no:randomly tests/processes $(ARGS)

fuzz: $(VENV)/.ready-dev  ## a coverage-guided search for inputs that break a reader: a minute, or RUNS=10000000
	@exec $(PY) -m tests.fuzz $(if $(RUNS),--runs $(RUNS)) $(if $(FOR),--seconds $(FOR)) $(ARGS)

clean:  ## remove what make made: the environment, caches, demo stores, traces
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .fuzz prove-traces foliogate-demo*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.ready-run: pyproject.toml
	@PYTHON="$(PYTHON)" sh .ci/environment $(VENV) "."
	@touch $@

$(VENV)/.ready-test: pyproject.toml
	@PYTHON="$(PYTHON)" sh .ci/environment $(VENV) "." test
	@touch $@ $(VENV)/.ready-run

$(VENV)/.ready-dev: pyproject.toml
	@PYTHON="$(PYTHON)" sh .ci/environment $(VENV) "." dev
	@touch $@ $(VENV)/.ready-test $(VENV)/.ready-run
