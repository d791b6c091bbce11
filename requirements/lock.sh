#!/usr/bin/env bash
# Resolves every requirements/*.in from scratch into a *.txt with hashes. Run by `make lock`, which installs uv.
# test.txt is solved first and constrains the others, so that what is tested is what is shipped.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.txt.new
compile() { # name, then further options
  local name=$1
  shift
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --custom-compile-command "make lock" --override overrides.in "$@" "$name.in" -o "$name.txt.new"
  mv "$name.txt.new" "$name.txt"
}
compile build
compile test --override overrides-cpu.in
for name in dev base operator cluster sbom audit; do compile "$name" -c test.txt; done
compile trainer-cpu --override overrides-cpu.in -c test.txt
compile trainer-gpu --override overrides-gpu.in -c test.txt
