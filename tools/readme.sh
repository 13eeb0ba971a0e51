#!/usr/bin/env bash
# Does what the README tells a newcomer, in a fresh virtual environment at the folder given, and looks at what came of it.
set -euo pipefail
cd "$(dirname "$0")/.."
home="${1:?name a folder for the virtual environment}"
python3 -m venv "$home"
"$home/bin/pip" install -q --disable-pip-version-check .
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
"$home/bin/mantlet" --version
"$home/bin/mantlet" demo
for name in report.html diagram.svg threatmodel.yaml; do
  [ -s "mantlet-demo-churn/$name" ] || { echo "mantlet demo made no $name"; exit 1; }
done
"$home/bin/mantlet" risks mantlet-demo-churn > risks.txt
grep -q "open risks" risks.txt
"$home/bin/mantlet" report mantlet-demo-churn -o report.pdf > pdf.txt 2>&1 && { echo "a PDF without its extra?"; exit 1; }
[ $? -eq 0 ] || true
grep -q "mantlet\[pdf\]" pdf.txt
echo "the README's commands work"
