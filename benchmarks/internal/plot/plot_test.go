package plot_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"example.com/asyncgo/benchmarks/internal/plot"
)

// A drawing is well-formed, and has no place that is not a number.
func TestSVG(t *testing.T) {
	var lines plot.Lines
	for _, x := range []float64{1, 10, 100} {
		lines.Add("asyncgo", x, 3*x)
		lines.Add("other", x, 5)
	}
	one := plot.Lines{{Name: "one point", X: []float64{64}, Y: []float64{10}}}
	for _, p := range []plot.Plot{
		{Title: "both logarithmic", Lines: lines},
		{Title: "both linear", LinearX: true, LinearY: true, Lines: lines},
		{Title: "one point", Lines: one},
		{Title: "one point, linear", LinearX: true, LinearY: true, Lines: one},
	} {
		svg := p.SVG()
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("%s: not a number in\n%s", p.Title, svg)
		}
		for d := xml.NewDecoder(strings.NewReader(svg)); ; {
			_, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", p.Title, err)
			}
		}
	}
}
