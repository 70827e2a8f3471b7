#!/usr/bin/env bash
# How this module is checked: the short mode takes two minutes on two cores, and
# ASYNCGO_LONG=1 is the long one.
set -euo pipefail

golangci=github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
timeout=10m
if [[ -n ${ASYNCGO_LONG:-} ]]; then
  timeout=30m
fi

# Package distributed links no server: only package embedded does.
if go list -deps . | grep 'nats-server'; then
  echo "package distributed links a server" >&2
  exit 1
fi
go list -deps ./embedded | grep -q 'nats-server/v2/server'

# The root module requires nothing for this one.
if grep -n 'nats' ../go.mod ../go.sum; then
  echo "the root module requires a package of this one" >&2
  exit 1
fi

go mod tidy -diff
go run "$golangci" fmt --diff
go vet ./...
GOOS=windows go vet . ./embedded
GOOS=darwin go vet . ./embedded
go run "$golangci" run --allow-parallel-runners ./...
# Most of a test's time is spent waiting, so more of them run than there are processors.
go test -race -parallel 8 -timeout "$timeout" ./...
