package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"example.com/asyncgo/semaphore"
	"example.com/asyncgo/taskgroup"
)

// store is a database of which at most so many queries run at once.
type store struct {
	db      *sql.DB
	kind    string
	limit   *semaphore.Semaphore
	queries int
}

// open opens PostgreSQL at that URL, or else SQLite in memory, and makes the
// tables.
func open(ctx context.Context, url string, n int) (*store, error) {
	s := &store{limit: semaphore.New(n), queries: n, kind: "SQLite"}
	var err error
	if url != "" {
		s.kind = "PostgreSQL"
		s.db, err = sql.Open("pgx", url)
	} else {
		s.db, err = sql.Open("sqlite", "file:demo?mode=memory&cache=shared&_pragma=busy_timeout(10000)&_txlock=immediate")
	}
	if err != nil {
		return nil, err
	}
	s.db.SetMaxOpenConns(n)
	s.db.SetMaxIdleConns(n)
	for _, statement := range []string{
		`DROP TABLE IF EXISTS files`, `DROP TABLE IF EXISTS accounts`,
		`CREATE TABLE files (path TEXT PRIMARY KEY, bytes BIGINT NOT NULL)`,
		`CREATE TABLE accounts (name TEXT PRIMARY KEY, balance BIGINT NOT NULL)`,
		`INSERT INTO accounts VALUES ('alice', 100), ('bob', 0)`,
	} {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			_ = s.db.Close()
			return nil, fmt.Errorf("%s: %w", statement, err)
		}
	}
	return s, nil
}

func (s *store) Close() error { return s.db.Close() }

// query calls fn when fewer than n other calls are running.
func (s *store) query(ctx context.Context, fn func(ctx context.Context) error) error {
	return s.limit.Do(ctx, fn)
}

// total is what the files below a directory come to.
type total struct {
	prefix string
	bytes  int64
}

// totals starts a query for every directory at once, of which n run at a time.
func (s *store) totals(ctx context.Context, prefixes []string) ([]total, error) {
	return taskgroup.Map(ctx, taskgroup.NoLimit, prefixes, func(ctx context.Context, prefix string) (total, error) {
		t := total{prefix: prefix}
		err := s.query(ctx, func(ctx context.Context) error {
			return s.db.QueryRowContext(ctx, `SELECT COALESCE(SUM(bytes), 0) FROM files WHERE path LIKE $1`, prefix+"%").Scan(&t.bytes)
		})
		return t, err
	})
}

// transfer moves money. Once it has begun it goes on after ctx has ended, for at
// most five seconds: a cancellation must not leave open whether it was done.
func (s *store) transfer(ctx context.Context, from, to string, amount int64) error {
	return s.query(ctx, func(ctx context.Context) error {
		_, err := taskgroup.Shield(ctx, 5*time.Second, taskgroup.NoValue(func(ctx context.Context) error {
			return s.move(ctx, from, to, amount)
		}))
		return err
	})
}

// between is called in the middle of a transfer; a test cancels it there.
var between = func() {}

func (s *store) move(ctx context.Context, from, to string, amount int64) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	if _, err := tx.ExecContext(ctx, `UPDATE accounts SET balance = balance - $1 WHERE name = $2`, amount, from); err != nil {
		return err
	}
	between()
	if _, err := tx.ExecContext(ctx, `UPDATE accounts SET balance = balance + $1 WHERE name = $2`, amount, to); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *store) balance(ctx context.Context, name string) (balance int64) {
	err := s.query(ctx, func(ctx context.Context) error {
		return s.db.QueryRowContext(ctx, `SELECT balance FROM accounts WHERE name = $1`, name).Scan(&balance)
	})
	if err != nil {
		return -1
	}
	return balance
}

// slow runs a query that would never end, for at most d. The driver passes the
// end of its context on, so the database stops the query.
func (s *store) slow(ctx context.Context, d time.Duration) error {
	statement := `WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count) SELECT MAX(n) FROM count WHERE n < 0`
	if s.kind == "PostgreSQL" {
		statement = `SELECT 1 FROM pg_sleep(600)`
	}
	_, err := taskgroup.WaitFor(ctx, d, taskgroup.NoValue(func(ctx context.Context) error {
		return s.query(ctx, func(ctx context.Context) error {
			var n sql.NullInt64
			err := s.db.QueryRowContext(ctx, statement).Scan(&n)
			if err != nil && ctx.Err() != nil {
				return ctx.Err() // the drivers return different errors
			}
			return err
		})
	}))
	return err
}

// insert puts a batch of rows in with one statement.
func (s *store) insert(ctx context.Context, rows []row) error {
	var text strings.Builder
	text.WriteString(`INSERT INTO files (path, bytes) VALUES `)
	args := make([]any, 0, 2*len(rows))
	for i, r := range rows {
		if i > 0 {
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "($%d, $%d)", 2*i+1, 2*i+2)
		args = append(args, r.path, r.bytes)
	}
	return s.query(ctx, func(ctx context.Context) error {
		_, err := s.db.ExecContext(ctx, text.String(), args...)
		return err
	})
}
