// Package plot draws lines as SVG.
package plot

import (
	"fmt"
	"math"
	"strings"
)

// Plot has two logarithmic axes, except those that are linear, which begin at 0.
type Plot struct {
	Title, X, Y      string
	LinearX, LinearY bool
	Lines            []Line
}

// Line is the points of one line. On a logarithmic axis they must be above 0.
// The lines of asyncgo are drawn broader.
type Line struct {
	Name string
	X, Y []float64
}

// Lines collects points by the names of their lines.
type Lines []Line

// Add adds a point to the line with the name, which it creates if there is
// none.
func (l *Lines) Add(name string, x, y float64) {
	for i := range *l {
		if line := &(*l)[i]; line.Name == name {
			line.X, line.Y = append(line.X, x), append(line.Y, y)
			return
		}
	}
	*l = append(*l, Line{name, []float64{x}, []float64{y}})
}

const span, height, left, top, bottom = 540, 440, 70, 40, 50

// The colors of the lines of asyncgo, and of the others.
var (
	ours   = []string{"#d1242f", "#e8871e", "#bf3989"}
	others = []string{"#222222", "#999999", "#1a7f37", "#0969da", "#8250df", "#9a6700", "#1b7c83", "#6e7781", "#953800", "#cf7bd6"}
)

// SVG returns the drawing.
func (p Plot) SVG() string {
	right := 150
	for _, l := range p.Lines {
		right = max(right, 16+7*len(l.Name))
	}
	width := left + span + right
	xlo, xhi, ylo, yhi := math.Inf(1), 0., math.Inf(1), 0.
	for _, l := range p.Lines {
		for i := range l.X {
			xlo, xhi = min(xlo, l.X[i]), max(xhi, l.X[i])
			ylo, yhi = min(ylo, l.Y[i]), max(yhi, l.Y[i])
		}
	}
	across, xs := logarithmic(xlo, xhi), p.points()
	if p.LinearX {
		across, xs = linear(xhi)
	}
	lo, hi := math.Pow(10, math.Floor(math.Log10(ylo))), math.Pow(10, math.Ceil(math.Log10(yhi)))
	up, ys := logarithmic(lo, hi), powers(lo, hi)
	if p.LinearY {
		up, ys = linear(yhi)
	}
	px := func(x float64) float64 { return left + span*across(x) }
	py := func(y float64) float64 { return height - bottom - (height-top-bottom)*up(y) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/><text x="%d" y="22" font-size="15">%s</text>`+"\n", left, p.Title)
	for _, y := range ys {
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%.4g</text>`+"\n", left, width-right, py(y), py(y), left-6, py(y)+4, y)
	}
	for _, x := range xs {
		fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#eee"/><text x="%.1f" y="%d" text-anchor="middle">%.4g</text>`+"\n", px(x), px(x), top, height-bottom, px(x), height-bottom+18, x)
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text><text x="16" y="%d" transform="rotate(-90 16 %d)" text-anchor="middle">%s</text>`+"\n",
		(left+width-right)/2, height-12, p.X, (top+height-bottom)/2, (top+height-bottom)/2, p.Y)
	labels := map[int]bool{}
	ofOurs, ofOthers := 0, 0
	for _, l := range p.Lines {
		color, stroke := others[ofOthers%len(others)], 1.5
		if strings.HasPrefix(l.Name, "asyncgo") {
			color, stroke = ours[ofOurs%len(ours)], 3
			ofOurs++
		} else {
			ofOthers++
		}
		var points []string
		for k := range l.X {
			points = append(points, fmt.Sprintf("%.1f,%.1f", px(l.X[k]), py(l.Y[k])))
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="%g"/>`, strings.Join(points, " "), color, stroke)
		at := int(py(l.Y[len(l.Y)-1])) / 14
		for labels[at] {
			at++
		}
		labels[at] = true
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="%s">%s</text>`+"\n", width-right+8, at*14+10, color, l.Name)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// points returns the ticks of x: the points of the longest line.
func (p Plot) points() []float64 {
	var xs []float64
	for _, l := range p.Lines {
		if len(l.X) > len(xs) {
			xs = l.X
		}
	}
	return xs
}

// powers returns the powers of ten from lo to hi.
func powers(lo, hi float64) (all []float64) {
	for v := lo; v <= hi*1.01; v *= 10 {
		all = append(all, v)
	}
	return all
}

// logarithmic returns the place of a value, from 0 to 1. If lo is hi, there is
// no axis, and all places are 0.
func logarithmic(lo, hi float64) func(v float64) float64 {
	if lo == hi {
		return func(float64) float64 { return 0 }
	}
	return func(v float64) float64 { return math.Log(v/lo) / math.Log(hi/lo) }
}

// linear returns the place of a value, from 0 to 1, on an axis from 0 to hi or
// somewhat more, and its ticks.
func linear(hi float64) (place func(v float64) float64, ticks []float64) {
	step := math.Pow(10, math.Floor(math.Log10(hi)))
	if hi/step < 4 {
		step /= 4
	}
	end := step * math.Ceil(hi/step)
	for v := 0.; v <= end*1.001; v += step {
		ticks = append(ticks, v)
	}
	return func(v float64) float64 { return v / end }, ticks
}
