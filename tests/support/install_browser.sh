#!/bin/sh
# Installs the browser that the tests look at pages with, from Debian or Ubuntu; one process at a time.
set -eu
exec 9> "${TMPDIR:-/tmp}/detector-training-browser.lock"
flock 9
command -v chromium > /dev/null && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core > /dev/null
