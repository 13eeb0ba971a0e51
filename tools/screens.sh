#!/usr/bin/env bash
# Makes the pictures of the documentation with the program itself and a headless Chromium; run it when diagram or report change.
set -euo pipefail
cd "$(dirname "$0")/.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python -m mantlet demo churn "$work/demo" > "$work/log"
python -m mantlet diagram "$work/demo" -o docs/images/diagram.png --scale 1
python tools/sessions.py docs/tutorial.md diagram.png docs/images/tutorial.png
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
  --disable-component-update --disable-sync --user-data-dir="$work/browser" --hide-scrollbars \
  --window-size=1280,1180 --screenshot="$work/report.png" "file://$work/demo/report.html" 2> "$work/log"
cp "$work/report.png" docs/images/report.png
for picture in docs/images/*.png; do
  [ "$(stat -c %s "$picture")" -le 300000 ] || { echo "$picture is larger than 300 kB"; exit 1; }
done
