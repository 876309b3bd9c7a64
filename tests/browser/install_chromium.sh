#!/bin/sh
# Makes sure of a Chromium for the browser tests: one on the PATH, else Playwright's own, else the system's package manager.
# Never fails: without a browser the tests say so themselves, as a failure where CI is set and as a loud skip elsewhere.

python=$1

found() {
  for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable chrome; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  "$python" - <<'PY'
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not pathlib.Path(playwright.chromium.executable_path).exists())
PY
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

from_system() {
  if command -v apt-get >/dev/null; then as_root apt-get update -q &&
    { as_root apt-get install -y -q chromium-headless-shell || as_root apt-get install -y -q chromium; }
  elif command -v dnf >/dev/null; then as_root dnf install -y -q chromium
  elif command -v apk >/dev/null; then as_root apk add -q chromium
  elif command -v brew >/dev/null; then brew install --quiet --cask chromium
  else return 1
  fi
}

found && exit 0
echo "No Chromium yet: trying Playwright's own, then the system's package manager."
"$python" -m playwright install chromium >/dev/null 2>&1 && found && exit 0
from_system >/dev/null 2>&1 </dev/null
found || echo "NO BROWSER could be installed; install Chromium by hand to run the browser tests."
exit 0
