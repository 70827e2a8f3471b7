package main

import (
	"fmt"
	"math"
	"runtime"
	"strings"

	"example.com/asyncgo/benchmarks/workload"
)

// series is one line of a plot.
type series struct {
	name string
	x, y []float64
}

// plotGather draws the time per task against the number of tasks.
func plotGather() (string, error) {
	var lines []series
	index := map[string]int{}
	for _, size := range []int{10, 100, 1000, 10_000, 100_000, 1_000_000} {
		row := workload.Gather(size)
		for i := range row.Impls {
			impl := &row.Impls[i]
			best := math.Inf(1)
			for range 3 {
				runtime.GC()
				n := max(1, 100_000/size)
				_, took := impl.Run(n)
				best = min(best, float64(took.Nanoseconds())/float64(n*size))
			}
			at, ok := index[impl.Name]
			if !ok {
				at = len(lines)
				index[impl.Name] = at
				lines = append(lines, series{name: impl.Name})
			}
			lines[at].x = append(lines[at].x, float64(size))
			lines[at].y = append(lines[at].y, best)
		}
	}
	return svg("Gather: time per task", "tasks", "ns per task", lines), nil
}

// plotSemaphores draws the time per acquire and release against the number of
// goroutines that share three permits.
func plotSemaphores() (string, error) {
	var lines []series
	index := map[string]int{}
	for _, goroutines := range []int{2, 8, 64, 512, 4096} {
		row := workload.Contended("", goroutines, 3, func() {})
		for i := range row.Impls {
			impl := &row.Impls[i]
			best := math.Inf(1)
			const n = 50_000
			for range 3 {
				runtime.GC()
				_, took := impl.Run(n)
				best = min(best, float64(took.Nanoseconds())/n)
			}
			at, ok := index[impl.Name]
			if !ok {
				at = len(lines)
				index[impl.Name] = at
				lines = append(lines, series{name: impl.Name})
			}
			lines[at].x = append(lines[at].x, float64(goroutines))
			lines[at].y = append(lines[at].y, best)
		}
	}
	return svg("Semaphore of 3, short hold: time per acquire and release", "goroutines", "ns", lines), nil
}

var colors = []string{"#222222", "#999999", "#d1242f", "#e8871e", "#1a7f37", "#0969da", "#8250df", "#bf3989", "#6e7781"}

// svg draws the lines on logarithmic axes.
func svg(title, xName, yName string, lines []series) string {
	const width, height, left, right, top, bottom = 760, 440, 70, 150, 40, 50
	xlo, xhi, ylo, yhi := math.Inf(1), 0., math.Inf(1), 0.
	for _, l := range lines {
		for i := range l.x {
			xlo, xhi = min(xlo, l.x[i]), max(xhi, l.x[i])
			ylo, yhi = min(ylo, l.y[i]), max(yhi, l.y[i])
		}
	}
	ylo, yhi = math.Pow(10, math.Floor(math.Log10(ylo))), math.Pow(10, math.Ceil(math.Log10(yhi)))
	px := func(x float64) float64 {
		return left + (width-left-right)*math.Log(x/xlo)/math.Log(xhi/xlo)
	}
	py := func(y float64) float64 {
		return height - bottom - (height-top-bottom)*math.Log(y/ylo)/math.Log(yhi/ylo)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/><text x="%d" y="22" font-size="15">%s</text>`+"\n", left, title)
	for y := ylo; y <= yhi*1.01; y *= 10 {
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n", left, width-right, py(y), py(y), left-6, py(y)+4, y)
	}
	if len(lines) > 0 {
		for _, x := range lines[0].x {
			fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#eee"/><text x="%.1f" y="%d" text-anchor="middle">%g</text>`+"\n", px(x), px(x), top, height-bottom, px(x), height-bottom+18, x)
		}
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text><text x="16" y="%d" transform="rotate(-90 16 %d)" text-anchor="middle">%s</text>`+"\n",
		(left+width-right)/2, height-12, xName, (top+height-bottom)/2, (top+height-bottom)/2, yName)
	labels := map[int]bool{}
	for i, l := range lines {
		color, stroke := colors[i%len(colors)], 1.5
		if strings.HasPrefix(l.name, "asyncgo") {
			stroke = 3
		}
		var points []string
		for k := range l.x {
			points = append(points, fmt.Sprintf("%.1f,%.1f", px(l.x[k]), py(l.y[k])))
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%g"/>`, strings.Join(points, " "), color, stroke)
		at := int(py(l.y[len(l.y)-1])) / 14
		for labels[at] {
			at++
		}
		labels[at] = true
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s">%s</text>`+"\n", width-right+8, at*14+10, color, l.name)
	}
	b.WriteString("</svg>\n")
	return b.String()
}
