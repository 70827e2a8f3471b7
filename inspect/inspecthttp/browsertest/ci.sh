#!/usr/bin/env bash
# How this module is checked: with a real browser where there is one.
set -euo pipefail
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  if command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
    # Where that fails there is no browser, and the tests say that they are skipped.
    timeout 60 apt-get update -q &&
      DEBIAN_FRONTEND=noninteractive timeout 180 apt-get install -q -y --no-install-recommends chromium fonts-dejavu-core ||
      echo "chromium could not be installed" >&2
  fi
fi
go mod tidy -diff
go vet ./...
go test -v ./... # which says what was skipped
