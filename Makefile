# Every command of the project. Each one makes the environment first if it must.
# `make help` lists them.

.DEFAULT_GOAL := help
py := .venv/bin/python
stamp := .venv/made
as_root := $(if $(filter 0,$(shell id -u)),--allow-root)
export PYTHON
# nbgrader calls its tools (alembic, jupyter) by name
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help
help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(stamp): requirements.lock pyproject.toml .ci/setup
	@.ci/setup
	@touch $@

.PHONY: setup lab
setup: $(stamp)  ## make or renew the environment in .venv
# no news, and of nbgrader's panels only the formgrader
lab: export JUPYTER_CONFIG_PATH := $(CURDIR)/.ci/lab:$(JUPYTER_CONFIG_PATH)
lab: $(stamp)  ## open JupyterLab on lesson 00
	$(py) -m jupyterlab --ServerApp.root_dir="$(CURDIR)" $(as_root) $(LAB) \
	    --LabApp.default_url=/lab/tree/notebooks/00_start_here/00_start_here.ipynb

# --- teach ---------------------------------------------------------------
.PHONY: grade mark pictures viva report
grade: $(stamp)  ## grade a made-up class, or CLASS=folder or zip; LESSON=02 alone
	$(py) -m autograder grade $(if $(CLASS),"$(CLASS)") \
	    $(if $(LESSON),--lesson "$(LESSON)") $(ARGS)
mark: $(stamp)  ## mark written answers in the browser, LESSON=02 alone
	$(py) -m autograder mark $(LESSON) $(ARGS)
pictures: $(stamp)  ## put the pictures that students drew into their feedback
	$(py) -m autograder pictures $(ARGS)
viva: $(stamp)  ## three questions to each student on the own code of LESSON=02
	$(py) -m autograder report --viva "$(LESSON)" $(ARGS)
report: $(stamp)  ## one page for the class, from the last grading
	$(py) -m autograder report

# --- write ---------------------------------------------------------------
.PHONY: build adopt release gradescope reveal record site package
build: $(stamp)  ## build all notebooks from solutions/*.py
	$(py) -m autograder build
adopt: $(stamp)  ## bring an edit made in JupyterLab back, LESSON=02
	$(py) -m autograder adopt "$(LESSON)"
release: $(stamp)  ## an archive for students in dist/, or LESSONS="02 06" INTO=a repository
	$(py) -m autograder release $(LESSONS) $(if $(INTO),--as repository --into "$(INTO)")
gradescope: $(stamp)  ## pack the grader of LESSON=02 for Gradescope, GitHub or GitLab
	$(py) -m autograder release $(LESSON) --as grader $(ARGS)
reveal: $(stamp)  ## after the deadline: LESSON=02 with its answers, INTO=folder
	$(py) -m autograder release $(LESSON) --as solved $(if $(INTO),--into "$(INTO)")
record: $(stamp)  ## ask Keras for the visible cases again, EXERCISE=conv2d for one
	$(py) -m autograder.lessons.recording $(EXERCISE)
site: $(stamp)  ## build the web site; LITE=1 with lessons that run in the browser
	$(py) -m autograder site $(if $(LITE),--lite)
package: $(stamp)  ## build byhand for learners and the grader for any course, into dist/
	$(py) -m autograder release --as package

# --- check ---------------------------------------------------------------
.PHONY: test quick lint mutants attacks bench elsewhere shots soak
test: $(stamp) lint  ## run every test (lint, the build gate, pytest)
	$(py) -m autograder build --check
	$(py) -m pytest -n 2 --dist loadgroup
quick: $(stamp) lint  ## lint and the fast tests: no Keras, browser or sandbox
	$(py) -m pytest -q -n 2 -m "not (tf or browser or sandbox or slow)"
lint: $(stamp)  ## ruff, and mypy on the rooms of the grader
	$(py) -m ruff check . && $(py) -m ruff format --check . && $(py) -m mypy
mutants: $(stamp)  ## how many wrong solutions the checks catch and name; SEEDS=20
	SEEDS=$(SEEDS) $(py) -m tests.mutants
attacks: $(stamp)  ## the whole table of attacks at both levels of the sandbox
	ATTACKS=all $(py) -m pytest -q tests/engine/test_attacks.py
bench: $(stamp)  ## ratios: grading, operations, an epoch, explorers
	$(py) -m benchmarks
elsewhere: $(stamp)  ## run all lessons where only the package is, without TensorFlow
	$(py) -m tools.elsewhere
shots: $(stamp)  ## photograph every page at three sizes into build/shots, and ask axe
	$(py) -m tools.shots build/shots --course build/shots/course
	$(py) -m tools.shots build/shots --dark --course build/shots/course
soak: $(stamp)  ## kill the grader 200 times and compare the grades
	$(py) -m tools.soak

# --- keep ----------------------------------------------------------------
.PHONY: lock clean
lock:  ## resolve all versions again (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --custom-compile-command "make lock" \
	    --quiet --output-file requirements.lock
clean:  ## remove what the commands made; .venv and grading/ stay
	rm -rf dist build docs/_build .pytest_cache .ruff_cache *.egg-info
