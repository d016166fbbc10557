# `make demo` and `make test` do all their own set-up; the other targets are the parts of `test`.

python := .venv/bin/python
export PYTHONHASHSEED := 0

.PHONY: demo example test lint types unit notebooks browser engine recordings zoo calibration recorded-notebooks wheel lock clean

example: .venv/ready
	@.venv/bin/incidentlab postmortem data/startup-race data/image-distroless-no-path --before data/image-single-stage \
		--after data/fixed --after data/image-distroless -o docs/postmortem

demo: .venv/ready
	@.venv/bin/incidentlab run notebooks/01-what-happened.ipynb data/startup-race -o build/demo

test: lint types unit notebooks browser engine

.venv/ready: requirements.lock pyproject.toml
	@lab/make-venv
	@touch $@

lint: .venv/ready
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/codespell

types: .venv/ready
	.venv/bin/mypy

unit: .venv/ready
	$(python) -m pytest --doctest-modules -m "not engine and not browser" --numprocesses 2 --dist worksteal

notebooks: .venv/ready
	$(python) -m pytest --nbval --nbval-sanitize-with tests/nbval.cfg notebooks

browser: .venv/ready
	lab/get-chromium
	$(python) -m pytest -m browser tests/browser --numprocesses 2 --dist loadfile

engine: .venv/ready
	lab/with-engine $(python) -m pytest -m engine tests

recordings: .venv/ready
	lab/with-engine lab/record-all

zoo: .venv/ready
	lab/with-engine lab/make-base-image
	lab/with-engine $(python) lab/zoo/record.py

calibration: .venv/ready
	$(python) lab/calibration.py $(CASES)

recorded-notebooks: .venv/ready
	.venv/bin/jupyter nbconvert --to notebook --execute --inplace --log-level WARN notebooks/[0-9]*.ipynb notebooks/lessons/[0-9]*.ipynb
	.venv/bin/nbstripout --keep-output --keep-count notebooks/[0-9]*.ipynb notebooks/lessons/[0-9]*.ipynb
	$(python) -m incidentlab.teach.plan

wheel: .venv/ready
	$(python) -m build --no-isolation --wheel --outdir build/dist

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	    --no-emit-find-links --extra all --group dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis
