#!/usr/bin/env bash
# Makes the README's pictures with the program itself and a headless Chromium; run it when diagram or report change.
set -euo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mantlet demo churn "$work/demo" > "$work/log"
mantlet diagram "$work/demo" -o docs/images/diagram.png --scale 0.8
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
  --disable-component-update --disable-sync --user-data-dir="$work/browser" --hide-scrollbars \
  --window-size=1280,1180 --screenshot="$work/report.png" "file://$work/demo/report.html" 2> "$work/log"
cp "$work/report.png" docs/images/report.png
