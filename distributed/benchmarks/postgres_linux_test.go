package benchmarks

import (
	"context"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// postgres starts a PostgreSQL server with a folder of its own and no port, and
// returns connections to it. The server ends with the benchmark, or with this
// process.
func postgres(b *testing.B, settings ...string) *pgxpool.Pool {
	b.Helper()
	initdb := program("initdb")
	server := program("postgres")
	if initdb == "" || server == "" {
		b.Skip("PostgreSQL is not installed: there is no initdb, or no postgres")
	}
	dir, err := os.MkdirTemp("", "asyncgo-postgres-")
	check(b, err)
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	attributes := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if os.Getuid() == 0 { // it does not run as root
		u, err := user.Lookup("postgres")
		check(b, err)
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		check(b, err)
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		check(b, err)
		attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		check(b, os.Chown(dir, int(uid), int(gid)))
	}
	data := filepath.Join(dir, "data")
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(name, args...)
		cmd.Dir, cmd.SysProcAttr = dir, attributes
		return cmd
	}
	if out, err := command(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		b.Fatalf("initdb: %v\n%s", err, out)
	}
	args := []string{"-D", data, "-k", dir, "-c", "listen_addresses="}
	for _, setting := range settings {
		args = append(args, "-c", setting)
	}
	cmd := command(server, args...)
	check(b, cmd.Start())
	b.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		_ = cmd.Wait()
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	pool, err := pgxpool.New(ctx, "host="+dir+" user=postgres dbname=postgres pool_max_conns=40")
	check(b, err)
	b.Cleanup(pool.Close)
	for pool.Ping(ctx) != nil {
		check(b, ctx.Err())
		time.Sleep(20 * time.Millisecond)
	}
	return pool
}

// program is the path of a program of PostgreSQL, or "": Debian's packages put
// the servers of several versions beside each other, and none on the path.
func program(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) == 0 {
		return ""
	}
	return slices.Max(found)
}
