package programs

import (
	"math/rand/v2"
	"time"
)

// arrivals calls arrive at random moments, so many a second on average, until
// the window is over. The moments do not depend on how long anything takes: if
// arrive, or the scheduler, is late, the next calls follow at once, each with
// the moment for which it was meant. It returns how many there were.
func arrivals(rate float64, window time.Duration, arrive func(number int, at time.Time)) int {
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Now()
	at := time.Duration(0)
	for number := 0; ; number++ {
		at += time.Duration(random.ExpFloat64() / rate * float64(time.Second))
		if at >= window {
			return number
		}
		if early := time.Until(start.Add(at)); early > 0 {
			sleep(early)
		}
		arrive(number, start.Add(at))
	}
}
