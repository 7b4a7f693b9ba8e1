PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
TRAIN = $(BIN)/python -m training train
SETS = --data "$(DATA)" "$(BRACKETS)" --clean "$(CLEAN)"
export PYTHONDONTWRITEBYTECODE :=
export GRADIO_ANALYTICS_ENABLED := False

.PHONY: help app check test lint types audit pictures bench experience corpus scale soak train static texts notebooks clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

app: $(VENV)/app.stamp ## install what the page needs and open it on http://127.0.0.1:7860
	$(BIN)/python app.py --open

check: $(VENV)/test.stamp lint types ## rules, types and the fast tests, in about two minutes
	$(BIN)/pytest -m "not browser and not training and not slow"

test: $(VENV)/test.stamp browser nginx lint types audit ## install what the tests need, browser and nginx included, and run all, two at once
	$(BIN)/pytest --numprocesses 2 --dist loadfile

lint: $(VENV)/test.stamp ## ruff: rules and format; import-linter: who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: $(VENV)/test.stamp ## mypy, strict, on lowlight/ and app.py
	$(BIN)/mypy

audit: $(VENV)/test.stamp ## known vulnerabilities among the packages the page runs with
	$(BIN)/python -m tools.audit

pictures: $(VENV)/test.stamp ## make the README's before/after pictures anew
	$(BIN)/python -m tools.pictures

bench: $(VENV)/test.stamp ## seconds and peak memory at 600x400, 12 and 24 MP, beside the original network's; the start
	$(BIN)/python -m tools.benchmark

experience: $(VENV)/test.stamp browser ## what a visit feels like: seconds, bytes and layout shift in Chromium
	$(BIN)/python -m tools.experience

corpus: $(VENV)/test.stamp ## run the files of a folder, DIR=..., or made ones through the loader; AGAINST=1: beside another's
	$(if $(DIR),,$(BIN)/python -m tools.make_corpus out/corpus $(if $(AGAINST),--damaged 1400))
	$(BIN)/python -m tools.corpus "$(or $(DIR),out/corpus)" $(if $(AGAINST),--against)

scale: $(VENV)/test.stamp ## a folder, DIR=..., by jobs and by Ray, with a machine killed; then with actors that sleep
	$(BIN)/python -m tools.scale plan
	$(BIN)/python -m tools.scale stand-in 3
	$(BIN)/python -m tools.scale folder "$(DIR)"

soak: $(VENV)/test.stamp ## eight people at once for a few minutes, on this machine; COPIES=2: of two copies behind nginx
	$(if $(COPIES),@sh tests/install_nginx.sh)
	$(BIN)/python -m tools.soak $(or $(REQUESTS),200) $(or $(COPIES),1)

train: $(VENV)/test.stamp ## make the bundled weights but the original's: make train DATA=.../our485 BRACKETS=... CLEAN=... DARK=...
	@test -n "$(DATA)" -a -n "$(BRACKETS)" -a -n "$(CLEAN)" -a -n "$(DARK)" || \
	  { echo "Name four folders: make train DATA=... BRACKETS=... CLEAN=... DARK=..."; exit 1; }
	$(BIN)/python -m training wanted $(SETS) --dark "$(DARK)" --protocol final --out runs/wanted.npz
	$(TRAIN) light_unet $(SETS) --run runs/light_unet
	$(TRAIN) light_unet_tuned $(SETS) --run runs/light_unet_tuned --start runs/light_unet
	$(TRAIN) light_unet_long $(SETS) --run runs/light_unet_long --start runs/light_unet_tuned
	$(TRAIN) light_unet_final $(SETS) --protocol final --run runs/light_unet_final --start runs/light_unet_long
	$(TRAIN) light_unet_small $(SETS) --protocol final --run runs/light_unet_small
	$(BIN)/python -m training export --run runs/light_unet_final --out runs/light-unet.onnx
	$(BIN)/python -m training export --run runs/light_unet_small --out runs/light-unet-small.onnx
	$(BIN)/python -m training judge lowlight/bundled/light-unet.onnx runs/light-unet.onnx runs/light-unet-small.onnx \
	  --lol "$(DATA)" --brackets "$(BRACKETS)" --held-out

static: $(VENV)/app.stamp ## build the page without a server into out/static, for any static host
	$(BIN)/python -m tools.static_site out/static

texts: $(VENV)/test.stamp ## bring the translations up to date: new messages in, old ones out, compiled
	$(BIN)/python -m tools.catalogues

notebooks: $(VENV)/test.stamp ## run the first notebook anew; it is kept with its pictures
	$(BIN)/jupyter execute --inplace notebooks/01_pipeline.ipynb

clean: ## remove what the other targets made
	rm -rf $(VENV) runs out .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: browser
browser:
	@sh tests/install_browser.sh

.PHONY: nginx
nginx:
	@sh tests/install_nginx.sh

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 is needed, as python3.11 or as make PYTHON=/path/to/python3.11."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9

$(VENV)/app.stamp: requirements.txt | $(BIN)/uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r requirements.txt
	@touch $@

$(VENV)/test.stamp: requirements.txt training/requirements.txt tests/requirements.txt | $(BIN)/uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python -r tests/requirements.txt
	@touch $@
