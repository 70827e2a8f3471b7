#!/usr/bin/env bash
# How this module is checked. ASYNCGO_LONG=1 is the long mode: ten minutes of
# soak, more histories.
set -euo pipefail
if ! command -v spin >/dev/null && command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
  apt-get update -q
  apt-get install -q -y --no-install-recommends spin
fi
soak=30s histories=2000
if [[ -n ${ASYNCGO_LONG:-} ]]; then
  soak=10m histories=50000
fi
go mod tidy -diff
go vet ./...
# By itself: it counts, and how often tasks wait depends on what else runs.
go test ./growth
go test -timeout 20m ./models ./traps ./mutants ./alone
go test -timeout 20m -race -cpu 1,2,8 ./linear -histories "$histories"
GOEXPERIMENT=goroutineleakprofile go test -timeout 20m -v ./soak -soak "$soak"
