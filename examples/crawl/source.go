package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"example.com/asyncgo/taskgroup"
)

// lateness is added to each page: a server in the same process answers at once,
// and there would be nothing to wait for.
const lateness = 10 * time.Millisecond

// A site is what serveGoSource serves.
type site struct {
	url    *url.URL
	folder string
}

// serveGoSource serves the source tree of the installed Go on a loopback port,
// until ctx ends.
func serveGoSource(ctx context.Context, ready func(site)) error {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	folder := filepath.Join(strings.TrimSpace(string(root)), "src")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: late(http.FileServer(http.Dir(folder)))}
	defer context.AfterFunc(ctx, func() { server.Close() })()

	ready(site{&url.URL{Scheme: "http", Host: listener.Addr().String(), Path: "/"}, folder})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func late(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if taskgroup.Sleep(r.Context(), lateness) == nil {
			h.ServeHTTP(w, r)
		}
	})
}
