package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"

	"example.com/asyncgo/queue"
	"example.com/asyncgo/taskgroup"
)

// row is one line of the CSV.
type row struct {
	path  string
	bytes int64
}

const batch = 100

// importCSV reads the file on one side of a queue and inserts batches on the
// other, with as many workers as queries may run at once. The queue is short:
// reading waits for the database. progress is called with the number of rows
// that are in, after every batch, in any of the workers.
func (s *store) importCSV(ctx context.Context, file io.Reader, progress func(rows int)) (int, error) {
	rows := queue.New[row](4 * batch)
	var done atomic.Int64
	err := taskgroup.Run(ctx, func(ctx context.Context, g *taskgroup.Group) error {
		for range s.queries {
			g.Go(func(ctx context.Context) error {
				buf := make([]row, batch)
				for {
					n, err := rows.GetBatch(ctx, buf)
					if errors.Is(err, queue.ErrShutdown) {
						return nil // everything is in
					}
					if err != nil {
						return err
					}
					if err := s.insert(ctx, buf[:n]); err != nil {
						return err
					}
					progress(int(done.Add(int64(n))))
				}
			}, taskgroup.Named("insert"))
		}
		if err := read(ctx, file, rows); err != nil {
			return err // and no shutdown: the workers would take it for the end
		}
		rows.Shutdown()
		return nil
	})
	return int(done.Load()), err
}

// read puts every line of the file into the queue.
func read(ctx context.Context, file io.Reader, rows *queue.Queue[row]) error {
	lines := csv.NewReader(file)
	lines.FieldsPerRecord = 2
	for {
		fields, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		bytes, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			line, _ := lines.FieldPos(1)
			return fmt.Errorf("line %d: %w", line, err)
		}
		if err := rows.Put(ctx, row{fields[0], bytes}); err != nil {
			return err
		}
	}
}
