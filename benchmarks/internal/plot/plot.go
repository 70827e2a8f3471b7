// Package plot draws lines as SVG.
package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Plot has a logarithmic axis for x, and one for y that is logarithmic, too,
// unless Linear is set.
type Plot struct {
	Title, X, Y string
	Linear      bool
	Lines       []Line
}

// Line is the points of one line, of which each x and each y is above 0. Those
// of asyncgo are drawn broader.
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

const width, height, left, right, top, bottom = 760, 440, 70, 150, 40, 50

var colors = []string{"#222222", "#999999", "#d1242f", "#e8871e", "#1a7f37", "#0969da", "#8250df", "#bf3989", "#6e7781"}

// SVG returns the drawing.
func (p Plot) SVG() string {
	xlo, xhi, ylo, yhi := math.Inf(1), 0., math.Inf(1), 0.
	for _, l := range p.Lines {
		for i := range l.X {
			xlo, xhi = min(xlo, l.X[i]), max(xhi, l.X[i])
			ylo, yhi = min(ylo, l.Y[i]), max(yhi, l.Y[i])
		}
	}
	px := func(x float64) float64 {
		return left + (width-left-right)*math.Log(x/xlo)/math.Log(xhi/xlo)
	}
	ticks, py := p.vertical(ylo, yhi)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="white"/><text x="%d" y="22" font-size="15">%s</text>`+"\n", left, p.Title)
	for _, y := range ticks {
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%g</text>`+"\n", left, width-right, py(y), py(y), left-6, py(y)+4, y)
	}
	if len(p.Lines) > 0 {
		longest := slices.MaxFunc(p.Lines, func(a, b Line) int { return cmp.Compare(len(a.X), len(b.X)) })
		for _, x := range longest.X {
			fmt.Fprintf(&b, `<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#eee"/><text x="%.1f" y="%d" text-anchor="middle">%g</text>`+"\n", px(x), px(x), top, height-bottom, px(x), height-bottom+18, x)
		}
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="middle">%s</text><text x="16" y="%d" transform="rotate(-90 16 %d)" text-anchor="middle">%s</text>`+"\n",
		(left+width-right)/2, height-12, p.X, (top+height-bottom)/2, (top+height-bottom)/2, p.Y)
	labels := map[int]bool{}
	for i, l := range p.Lines {
		color, stroke := colors[i%len(colors)], 1.5
		if strings.HasPrefix(l.Name, "asyncgo") {
			stroke = 3
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

// vertical returns the ticks of the y axis, and the place of a y.
func (p Plot) vertical(lo, hi float64) (ticks []float64, place func(y float64) float64) {
	const span = height - top - bottom
	if p.Linear {
		step := math.Pow(10, math.Floor(math.Log10(hi)))
		if hi/step < 4 {
			step /= 4
		}
		hi = step * math.Ceil(hi/step)
		for y := 0.; y <= hi*1.001; y += step {
			ticks = append(ticks, y)
		}
		return ticks, func(y float64) float64 { return height - bottom - span*y/hi }
	}
	lo, hi = math.Pow(10, math.Floor(math.Log10(lo))), math.Pow(10, math.Ceil(math.Log10(hi)))
	for y := lo; y <= hi*1.01; y *= 10 {
		ticks = append(ticks, y)
	}
	return ticks, func(y float64) float64 { return height - bottom - span*math.Log(y/lo)/math.Log(hi/lo) }
}
