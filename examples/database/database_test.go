package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"example.com/asyncgo/taskgroup"
)

func TestSQLite(t *testing.T) { behaves(t, "") }

func TestPostgreSQL(t *testing.T) {
	url := os.Getenv("DATABASE_URL")
	if url == "" {
		url = startPostgreSQL(t)
	}
	behaves(t, url)
}

// behaves shows everything that the example promises, on a real database.
func behaves(t *testing.T, url string) {
	s, err := open(t.Context(), url, 3)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })

	t.Run("import", func(t *testing.T) {
		file, err := openCSV(t.Context(), "")
		require.NoError(t, err)
		defer file.Close()
		var reports atomic.Int64
		n, err := s.importCSV(t.Context(), file, func(int) { reports.Add(1) })
		require.NoError(t, err)
		assert.Greater(t, n, 1000)
		assert.GreaterOrEqual(t, reports.Load(), int64(n/batch))
		var rows int
		require.NoError(t, s.db.QueryRow(`SELECT COUNT(*) FROM files`).Scan(&rows))
		assert.Equal(t, n, rows)
		assert.LessOrEqual(t, s.db.Stats().MaxOpenConnections, 3)
		assert.Equal(t, 3, s.limit.Stats().Available)
	})
	t.Run("a bad line ends the import with its number", func(t *testing.T) {
		_, err := s.importCSV(t.Context(), strings.NewReader("a,1\nb,two\n"), func(int) {})
		assert.ErrorContains(t, err, "line 2")
	})
	t.Run("totals", func(t *testing.T) {
		totals, err := s.totals(t.Context(), []string{"runtime/", "none/"})
		require.NoError(t, err)
		assert.Equal(t, "runtime/", totals[0].prefix)
		assert.Greater(t, totals[0].bytes, int64(1e6))
		assert.Zero(t, totals[1].bytes)
	})
	t.Run("a transfer commits although its caller is canceled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		between = cancel
		defer func() { between = func() {} }()
		require.NoError(t, s.transfer(ctx, "alice", "bob", 30))
		require.ErrorIs(t, ctx.Err(), context.Canceled)
		assert.EqualValues(t, 70, s.balance(t.Context(), "alice"))
		assert.EqualValues(t, 30, s.balance(t.Context(), "bob"))
		require.ErrorIs(t, s.transfer(ctx, "alice", "bob", 30), context.Canceled, "not begun")
		assert.EqualValues(t, 70, s.balance(t.Context(), "alice"))
	})
	t.Run("a query that is late is canceled in the server", func(t *testing.T) {
		err := s.slow(t.Context(), 100*time.Millisecond)
		require.ErrorIs(t, err, taskgroup.ErrTimeout)
		assert.Equal(t, 3, s.limit.Stats().Available)
		if s.kind == "PostgreSQL" {
			require.Eventually(t, func() bool {
				var sleeping int
				err := s.db.QueryRow(`SELECT COUNT(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()`).Scan(&sleeping)
				return err == nil && sleeping == 0
			}, 30*time.Second, 10*time.Millisecond, "the query is still running")
		}
	})
	t.Run("at most n queries at once", func(t *testing.T) {
		var now, most atomic.Int64
		_, err := taskgroup.Map(t.Context(), taskgroup.NoLimit, make([]struct{}, 50), func(ctx context.Context, _ struct{}) (int, error) {
			return 0, s.query(ctx, func(context.Context) error {
				n := now.Add(1)
				defer now.Add(-1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				var one int
				return s.db.QueryRow(`SELECT 1`).Scan(&one)
			})
		})
		require.NoError(t, err)
		assert.LessOrEqual(t, most.Load(), int64(3))
	})
}

func TestDemo(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
	var out strings.Builder
	w := &syncWriter{w: &out, turn: make(chan struct{}, 1)}
	require.NoError(t, demo(t.Context(), 4, "", w))
	assert.Contains(t, out.String(), "alice has 70, bob has 30")
	assert.Contains(t, out.String(), "timed out: true")
}

// syncWriter is a writer for several goroutines.
type syncWriter struct {
	w    *strings.Builder
	turn chan struct{}
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	return s.w.Write(p)
}

// startPostgreSQL starts a server of the test's own on a free loopback port.
func startPostgreSQL(t *testing.T) (url string) {
	t.Helper()
	bin := binaries()
	if bin == "" {
		t.Skip("no PostgreSQL server on this machine")
	}
	dir, err := os.MkdirTemp("", "asyncgo-pg-*")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	as, err := unprivileged()
	if err != nil {
		t.Skip("PostgreSQL does not run as root, and there is no other user for it: ", err)
	}
	if as != nil {
		require.NoError(t, os.Chown(dir, int(as.Uid), int(as.Gid)))
	}
	data := filepath.Join(dir, "data")
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
		return cmd
	}
	out, err := command("initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync").CombinedOutput()
	require.NoError(t, err, string(out))

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	require.NoError(t, l.Close())
	out, err = command("pg_ctl", "-D", data, "-w", "-t", "60", "-l", filepath.Join(dir, "log"),
		"-o", fmt.Sprintf("-h 127.0.0.1 -p %s -k %s -F", port, dir), "start").CombinedOutput()
	require.NoError(t, err, string(out))
	t.Cleanup(func() {
		out, err := command("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop").CombinedOutput()
		assert.NoError(t, err, string(out))
	})
	return "postgres://test@127.0.0.1:" + port + "/postgres?sslmode=disable"
}

// binaries returns the folder of PostgreSQL's programs, the newest, or "".
func binaries() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if _, err := exec.LookPath("pg_ctl"); err == nil {
			return filepath.Dir(path)
		}
	}
	return ""
}

// unprivileged returns the user to run the server as: PostgreSQL does not run as root.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
	}
	return nil, errors.New("neither postgres nor nobody")
}
