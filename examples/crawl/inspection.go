package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"example.com/asyncgo/inspect"
	"example.com/asyncgo/inspect/inspecthttp"
)

// inspection is what shows the crawl from inside. The zero value shows nothing,
// and then no monitor is made.
type inspection struct {
	timeline string // a file
	debug    string // an address
}

// lastSpans is how much of the past is kept: the end of a long crawl.
const lastSpans = 100_000

// begin returns a context whose tasks are seen, and the function that ends the
// inspection. What cannot work fails here, before the crawl.
func (i inspection) begin(ctx context.Context, out io.Writer) (context.Context, func() error, error) {
	if i == (inspection{}) {
		return ctx, func() error { return nil }, nil
	}
	m := inspect.New(inspect.WithTimeline(lastSpans))
	var atEnd []func() error
	end := func() error {
		var errs []error
		for _, f := range atEnd {
			errs = append(errs, f())
		}
		m.Close()
		return errors.Join(errs...)
	}
	if i.debug != "" {
		stop, err := serveDebug(i.debug, m, out)
		if err != nil {
			return nil, nil, errors.Join(err, end())
		}
		atEnd = append(atEnd, stop)
	}
	if i.timeline != "" {
		file, err := os.Create(i.timeline)
		if err != nil {
			return nil, nil, errors.Join(err, end())
		}
		atEnd = append(atEnd, func() error { return errors.Join(write(file, m.Timeline()), file.Close()) })
	}
	return m.Context(ctx), end, nil
}

// serveDebug serves what m sees until stop is called.
func serveDebug(addr string, m *inspect.Monitor, out io.Writer) (stop func() error, err error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/debug/asyncgo", inspecthttp.Handler(m))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	fmt.Fprintf(out, "What runs is on http://%s/debug/asyncgo.\n", listener.Addr())
	return server.Close, nil
}

// write writes t in the format that the name of the file says.
func write(file *os.File, t *inspect.Timeline) error {
	switch filepath.Ext(file.Name()) {
	case ".svg":
		return t.WriteSVG(file)
	case ".txt":
		return t.WriteText(file)
	}
	return t.WriteTrace(file)
}
