package uncancellable

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/asyncgo/taskgroup"
)

func ours(ctx context.Context, g *taskgroup.Group, d time.Duration) error {
	g.Go(func(ctx context.Context) error {
		time.Sleep(time.Second) // want `time.Sleep does not obey ctx: use taskgroup.Sleep`
		time.Sleep(d)           // want `time.Sleep does not obey ctx`
		return nil
	})
	g.Go(func(context.Context) error {
		time.Sleep(time.Second) // want `time.Sleep does not obey the task's context`
		return nil
	})
	_, err := taskgroup.WaitFor(ctx, d, func(ctx context.Context) (int, error) {
		time.Sleep(d)                        // want `time.Sleep does not obey ctx`
		return 0, exec.Command("make").Run() // want `exec.Command does not obey ctx: use exec.CommandContext`
	})
	return err
}

func worker(ctx context.Context) error {
	time.Sleep(time.Second) // want `time.Sleep does not obey ctx`
	return nil
}

type service struct{ db *sql.DB }

func (s *service) load(ctx context.Context, id int) (int, error) {
	_, err := s.db.Exec("DELETE FROM t WHERE id = ?", id) // want `sql.DB.Exec does not obey ctx: use ExecContext`
	if err != nil {
		return 0, err
	}
	tx, err := s.db.Begin() // want `sql.DB.Begin does not obey ctx: use BeginTx`
	if err != nil {
		return 0, err
	}
	if err := s.db.Ping(); err != nil { // want `sql.DB.Ping does not obey ctx: use PingContext`
		return 0, err
	}
	return id, tx.Commit()
}

func (s *service) byName(ctx context.Context, g *taskgroup.Group, ids []int) ([]int, error) {
	g.Go(worker)
	return taskgroup.Map(ctx, 2, ids, s.load)
}

func group(ctx context.Context, db *sql.DB) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, host := range []string{"a", "b"} {
		g.Go(func() error {
			conn, err := net.Dial("tcp", host) // want `net.Dial does not obey gctx: use net.Dialer.DialContext`
			if err != nil {
				return err
			}
			time.Sleep(time.Minute) // want `time.Sleep does not obey gctx: select on its Done channel and a timer`
			return conn.Close()
		})
		g.Go(func() error {
			_, err := http.Get(host) // want `http.Get does not obey gctx: use http.NewRequestWithContext`
			if err != nil {
				return err
			}
			req, err := http.NewRequest(http.MethodGet, host, nil) // want `http.NewRequest does not obey gctx`
			if err != nil {
				return err
			}
			_, err = http.DefaultClient.Do(req)
			return err
		})
		g.Go(func() error {
			rows, err := db.Query("SELECT 1") // want `sql.DB.Query does not obey gctx: use QueryContext`
			if err != nil {
				return err
			}
			return rows.Close()
		})
	}
	<-gctx.Done()
	return g.Wait()
}

func waits(g *taskgroup.Group) {
	g.Go(func(context.Context) error {
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {})
		}
		wg.Wait() // want `neither wg.Wait nor any of what it waits for obeys the task's context`
		return nil
	})
}

func send(ctx context.Context, items []int, use func(int) error) error {
	g, gctx := errgroup.WithContext(ctx)
	ch := make(chan int)
	g.Go(func() error {
		defer close(ch)
		for _, item := range items {
			ch <- item // want `this send blocks for ever once the task that receives has failed: select on gctx.Done\(\) as well`
		}
		return nil
	})
	g.Go(func() error {
		for item := range ch {
			if err := use(item); err != nil {
				return err
			}
		}
		return gctx.Err()
	})
	return g.Wait()
}

func receive(g *taskgroup.Group, make1 func(context.Context) (int, error)) {
	result := make(chan int)
	g.Go(func(ctx context.Context) error {
		v, err := make1(ctx)
		if err != nil {
			return err
		}
		result <- v
		return nil
	})
	g.Go(func(ctx context.Context) error {
		println(<-result) // want `this receive blocks for ever once the task that sends has failed: select on ctx.Done\(\) as well`
		return nil
	})
}

// ---- none of these -----------------------------------------------------------

func noTask(ctx context.Context) error {
	time.Sleep(time.Second)
	return exec.Command("make").Run()
}

func noContext() error {
	var g errgroup.Group
	g.Go(func() error {
		time.Sleep(time.Second)
		return nil
	})
	var wg sync.WaitGroup
	wg.Go(func() { time.Sleep(time.Second) })
	wg.Wait()
	return g.Wait()
}

func otherwise(ctx context.Context) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		time.Sleep(10 * time.Millisecond)
		cmd := exec.Command("make")
		go func() {
			<-gctx.Done()
			_ = cmd.Process.Kill()
		}()
		req, err := http.NewRequest(http.MethodGet, "http://localhost", nil)
		if err != nil {
			return err
		}
		_, err = http.DefaultClient.Do(req.WithContext(gctx))
		return err
	})
	g.Go(func() error {
		var wg sync.WaitGroup
		wg.Go(func() { <-gctx.Done() })
		wg.Wait()
		return nil
	})
	return g.Wait()
}

func closer(ctx context.Context, workers []func(context.Context, chan<- int)) error {
	g, gctx := errgroup.WithContext(ctx)
	out := make(chan int)
	var wg sync.WaitGroup
	for _, worker := range workers {
		wg.Go(func() { worker(gctx, out) })
	}
	g.Go(func() error {
		wg.Wait()
		close(out)
		return nil
	})
	g.Go(func() error {
		for range out {
		}
		return gctx.Err()
	})
	return g.Wait()
}

func drained(ctx context.Context, items []int) error {
	g, gctx := errgroup.WithContext(ctx)
	ch := make(chan int)
	buffered := make(chan int, len(items))
	g.Go(func() error {
		defer close(ch)
		for _, item := range items {
			ch <- item
			buffered <- item
			select {
			case ch <- item:
			case <-gctx.Done():
				return gctx.Err()
			}
		}
		return nil
	})
	total := 0
	for item := range ch {
		total += item
	}
	return g.Wait()
}

func gate(g *taskgroup.Group) {
	start := make(chan struct{})
	g.Go(func(context.Context) error {
		<-start
		return nil
	})
	close(start)
}
