#!/usr/bin/env bash
# How this module is checked.
set -euo pipefail

golangci=github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# The package links the API of OpenTelemetry, not the SDK.
if go list -deps . | grep -E 'opentelemetry.io/(otel/(sdk|exporters)|contrib)'; then
  echo "the package links an SDK or an exporter" >&2
  exit 1
fi

# The root module requires nothing for this one.
if grep -n 'opentelemetry' ../../go.mod ../../go.sum; then
  echo "the root module requires a package of this one" >&2
  exit 1
fi

go mod tidy -diff
go run "$golangci" fmt --diff
go vet ./...
go run "$golangci" run --allow-parallel-runners ./...
go test -race -cpu 1,2,8 ./...
cover=$(go test -cover .)
printf '%s\n' "$cover"
grep -q 'coverage: 100.0%' <<<"$cover"
