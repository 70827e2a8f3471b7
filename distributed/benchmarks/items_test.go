package benchmarks

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/asyncgo/distributed"
)

type job struct {
	ID   int
	Body string
}

var body = fmt.Sprintf("%0100d", 1)

// BenchmarkItems puts, receives and finishes items, each confirmed by the
// servers, with as many consumers as producers: ns/op is the time for one item.
func BenchmarkItems(b *testing.B) {
	for _, p := range places {
		for _, n := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/producers=%d/ours", p.name, n), func(b *testing.B) { ours(b, p.start(b), n) })
			b.Run(fmt.Sprintf("%s/producers=%d/raw", p.name, n), func(b *testing.B) { rawItems(b, p.start(b), n) })
		}
	}
	for _, n := range []int{1, 16} {
		b.Run(fmt.Sprintf("redis/producers=%d/asynq", n), func(b *testing.B) { asynqItems(b, n) })
	}
}

// run has n producers and n consumers share b.N items.
func run(b *testing.B, n int, put, take func(i int) error) {
	b.Helper()
	var all sync.WaitGroup
	var puts, takes atomic.Int64
	share := func(count *atomic.Int64, do func(i int) error) {
		for i := count.Add(1); i <= int64(b.N); i = count.Add(1) {
			if err := do(int(i)); err != nil {
				b.Error(err)
				return
			}
		}
	}
	b.ResetTimer()
	for range n {
		all.Go(func() { share(&puts, put) })
		all.Go(func() { share(&takes, take) })
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "items/s")
}

func ours(b *testing.B, urls string, n int) {
	ctx := context.Background()
	q, err := distributed.OpenQueue(ctx, connect(b, urls), "jobs", distributed.QueueConfig[job]{})
	check(b, err)
	worker, err := distributed.OpenQueue(ctx, connect(b, urls), "jobs", distributed.QueueConfig[job]{})
	check(b, err)
	run(b, n, func(i int) error { return q.Put(ctx, job{i, body}) }, func(int) error {
		it, err := worker.Get(ctx)
		if err != nil {
			return err
		}
		return it.Done()
	})
}

// rawItems is what a program does with the engine's own client: the same
// stream, put with an id, taken one by one, and each acknowledgment confirmed.
func rawItems(b *testing.B, urls string, n int) {
	ctx := context.Background()
	producer, err := jetstream.New(raw(b, urls))
	check(b, err)
	consumer, err := jetstream.New(raw(b, urls))
	check(b, err)
	replicas := 1
	if producer.Conn().ConnectedClusterName() != "" {
		replicas = 3
	}
	_, err = producer.CreateStream(ctx, jetstream.StreamConfig{
		Name: "JOBS", Subjects: []string{"jobs"}, Retention: jetstream.WorkQueuePolicy, Replicas: replicas,
	})
	check(b, err)
	cons, err := consumer.CreateConsumer(ctx, "JOBS", jetstream.ConsumerConfig{Durable: "w", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: -1})
	check(b, err)
	run(b, n, func(i int) error {
		m := &nats.Msg{Subject: "jobs", Data: fmt.Appendf(nil, `{"ID":%d,"Body":%q}`, i, body), Header: nats.Header{"Nats-Msg-Id": {fmt.Sprint(i)}}}
		_, err := producer.PublishMsg(ctx, m)
		return err
	}, func(int) error {
		for {
			batch, err := cons.Fetch(1, jetstream.FetchMaxWait(time.Second))
			if err != nil {
				return err
			}
			for m := range batch.Messages() {
				return m.DoubleAck(ctx)
			}
		}
	})
}

func asynqItems(b *testing.B, n int) {
	redis, err := miniredis.Run()
	check(b, err)
	b.Cleanup(redis.Close)
	at := asynq.RedisClientOpt{Addr: redis.Addr()}
	client := asynq.NewClient(at)
	b.Cleanup(func() { _ = client.Close() })
	taken := make(chan struct{}, b.N)
	server := asynq.NewServer(at, asynq.Config{Concurrency: n, LogLevel: asynq.FatalLevel})
	check(b, server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		taken <- struct{}{}
		return nil
	})))
	b.Cleanup(server.Shutdown)
	run(b, n, func(i int) error {
		_, err := client.Enqueue(asynq.NewTask("job", fmt.Appendf(nil, `{"ID":%d,"Body":%q}`, i, body)))
		return err
	}, func(int) error {
		<-taken
		return nil
	})
}
