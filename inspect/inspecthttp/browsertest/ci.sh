#!/usr/bin/env bash
# How this module is checked: with a real browser where there is one.
set -euo pipefail
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  if command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium fonts-dejavu-core
  fi
fi
go mod tidy -diff
go vet ./...
go test -v ./... # which says what was skipped
