#!/usr/bin/env bash
# How this module is checked: with a real PostgreSQL server beside SQLite.
set -euo pipefail
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && ! command -v initdb >/dev/null; then
  if command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql
  fi
fi
go mod tidy -diff
go vet ./...
go test -race ./...
