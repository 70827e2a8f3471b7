package inspect

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// WriteSVG writes a picture: a row for each span but waits, indented below its
// parent's, with a bar along an axis of time. A paler strip in a bar is a wait,
// a red bar is a failure, and a bar with a point has not ended. It returns the
// error of w.
//
// The picture is XML without scripts, loads nothing, has its details as tooltips,
// and adapts to a light or dark color scheme.
func (t *Timeline) WriteSVG(w io.Writer) error {
	p := picture{out: bufio.NewWriter(w), labels: 80}
	rows := t.rows()
	p.first, p.last = extent(rows)
	bars := 0
	for _, row := range rows {
		if row.Kind != KindWait {
			bars++
			p.labels = max(p.labels, indentOf(row)+textWidth(utf8.RuneCountInString(labelOf(row)))+16)
		}
	}
	p.height = headHeight + max(bars, 1)*rowHeight + margin
	p.width = margin + p.labels + plotWidth + durationWidth

	p.begin(bars)
	if t != nil && t.Dropped > 0 {
		p.note(strconv.Itoa(t.Dropped) + " earlier spans are not shown")
	}
	if bars == 0 {
		p.text(margin, headHeight+15, dim, "", "no spans")
	} else {
		p.axis()
	}
	y := headHeight
	for _, row := range rows {
		if row.Kind != KindWait {
			if p.row(row, y) != nil {
				break
			}
			y += rowHeight
		}
	}
	p.write("</svg>\n")
	return p.out.Flush()
}

// The sizes are pixels.
const (
	margin        = 12
	headHeight    = 58
	rowHeight     = 22
	barTop        = 4
	barHeight     = 14
	plotWidth     = 820
	durationWidth = 84 // behind the last end, for a duration
	indentWidth   = 14

	pointWidth int64 = 600 // hundredths
)

// picture writes an SVG. Its errors are kept until the end.
type picture struct {
	out           *bufio.Writer
	first, last   time.Duration
	labels        int // the width of the column of names
	width, height int
}

// The classes of what is drawn, with the attributes that hold in light scheme and
// where style sheets are not allowed.
const (
	ink  = `class="i" fill="#1f2328"`
	dim  = `class="d" fill="#59636e"`
	grid = `class="g" stroke="#d1d9e0"`
)

const style = `<style>
.r:hover .h{fill-opacity:.12}
@media (prefers-color-scheme:dark){.b{fill:#0d1117}.o{stroke:#0d1117}.i{fill:#e6edf3}.d{fill:#9198a1}.g{stroke:#3d444d}.f{fill:#f85149}.w{fill:#0d1117}}
</style>
`

// colorOf is the color of a bar; a failure has its own.
func colorOf(kind Kind) string {
	switch kind {
	case KindGroup:
		return `fill="#8250df"`
	case KindCall:
		return `fill="#1b7c83"`
	case KindFunc:
		return `fill="#6b9eea"`
	}
	return `fill="#2f6fdd"`
}

const (
	failed    = `class="f" fill="#d1242f"`
	waitStrip = `class="w" fill="#fff" fill-opacity=".62"`
	outlined  = `class="d o" fill="#59636e" stroke="#fff" stroke-width="4" paint-order="stroke"` // over the grid
)

func (p *picture) write(parts ...string) {
	for _, part := range parts {
		_, _ = p.out.WriteString(part)
	}
}

// begin writes what stands before the rows: the background and the legend.
func (p *picture) begin(bars int) {
	width, height := strconv.Itoa(p.width), strconv.Itoa(p.height)
	p.write(`<svg xmlns="http://www.w3.org/2000/svg" width="`, width, `" height="`, height, `" viewBox="0 0 `, width, " ", height,
		`" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="12" role="img" aria-label="Timeline of `,
		strconv.Itoa(bars), " spans\">\n", style, `<rect class="b" width="`, width, `" height="`, height, "\" fill=\"#fff\"/>\n")
	x := margin
	for _, entry := range []struct{ name, fill string }{
		{"group", colorOf(KindGroup)},
		{"call", colorOf(KindCall)},
		{"task", colorOf(KindTask)},
		{"func", colorOf(KindFunc)},
		{"wait", colorOf(KindTask)},
		{"failed", failed},
	} {
		p.rect(int64(x)*100, margin, 1200, 12, entry.fill, "")
		if entry.name == "wait" {
			p.rect(int64(x)*100, margin, 1200, 12, waitStrip, "")
		}
		p.text(x+17, margin+10, dim, "", entry.name)
		x += 17 + textWidth(len(entry.name)) + 14
	}
}

// note writes a remark at the right of the legend.
func (p *picture) note(text string) {
	p.text(p.width-margin, margin+10, dim, ` text-anchor="end"`, text)
}

// axis writes the marks of time.
func (p *picture) axis() {
	step := tickStep(p.last - p.first)
	at := p.first
	if rest := p.first % step; rest > 0 {
		at += step - rest
	}
	for ; at <= p.last; at += step {
		x := hundredths(p.x(at))
		p.write(`<line `, grid, ` x1="`, x, `" x2="`, x, `" y1="`, strconv.Itoa(headHeight-6), `" y2="`, strconv.Itoa(p.height-margin), "\"/>\n",
			`<text `, dim, ` text-anchor="middle" x="`, x, `" y="`, strconv.Itoa(headHeight-12), `">`, tickText(at), "</text>\n")
		if at > p.last-step { // the next one might not fit in a Duration
			break
		}
	}
}

// row writes a span with its name, its bar and its waits.
func (p *picture) row(row *spanRow, y int) error {
	p.write(`<g class="r"><title>`, row.tooltip(), "</title>\n",
		`<rect class="h" y="`, strconv.Itoa(y), `" width="`, strconv.Itoa(p.width), `" height="`, strconv.Itoa(rowHeight), `" fill="#888" fill-opacity="0"/>`, "\n")
	weight := ""
	if row.Kind == KindGroup || row.Kind == KindCall {
		weight = ` font-weight="600"`
	}
	p.text(margin+indentOf(row), y+15, ink, weight, labelOf(row))

	fill := colorOf(row.Kind)
	if row.Error != "" {
		fill = failed
	}
	from := p.x(row.start())
	to := max(p.x(row.end()), from+150) // so that it can be seen
	p.rect(from, y+barTop, to-from, barHeight, fill+` rx="2"`, "")
	for _, wait := range row.waits {
		start, end := max(p.x(wait.start()), from), min(p.x(wait.end()), to)
		if end > start {
			p.rect(start, y+barTop, end-start, barHeight, waitStrip, "<title>"+wait.tooltip()+"</title>")
		}
	}
	if row.Open {
		p.write(`<path `, fill, ` d="M`, hundredths(to), " ", strconv.Itoa(y+barTop), "l6 ", strconv.Itoa(barHeight/2), "l-6 ", strconv.Itoa(barHeight/2), "z\"/>\n")
		to += pointWidth
	}
	p.text(int(to/100)+6, y+15, outlined, "", rounded(row.end()-row.start()).String())
	p.write("</g>")
	return p.out.WriteByte('\n')
}

// x is where a time is, in hundredths.
func (p *picture) x(at time.Duration) int64 {
	return int64(margin+p.labels)*100 + scale(at-p.first, plotWidth*100, p.last-p.first)
}

// rect writes a rectangle. x and width are hundredths.
func (p *picture) rect(x int64, y int, width int64, height int, attributes, content string) {
	p.write(`<rect `, attributes, ` x="`, hundredths(x), `" y="`, strconv.Itoa(y), `" width="`, hundredths(width), `" height="`, strconv.Itoa(height), `"`)
	if content == "" {
		p.write("/>\n")
	} else {
		p.write(">", content, "</rect>\n")
	}
}

func (p *picture) text(x, y int, attributes, more, text string) {
	p.write(`<text `, attributes, more, ` x="`, strconv.Itoa(x), `" y="`, strconv.Itoa(y), `">`, escapeXML(text), "</text>\n")
}

// textWidth is how wide that many characters are, in about.
func textWidth(characters int) int { return characters * 29 / 4 }

// indentOf is how far the name of a span is from the edge. A deep one is not
// further than a tenth level.
func indentOf(row *spanRow) int { return min(row.depth, 10) * indentWidth }

// labelOf is the name of a span, as long as the picture has room for.
func labelOf(row *spanRow) string { return clip(row.label(), 40) }

// tooltip says what the span was, in lines.
func (s *spanRow) tooltip() string {
	const most = 200
	var text strings.Builder
	text.WriteString(escapeXML(clip(s.label(), most)))
	if s.Func != "" && s.Name != "" {
		text.WriteString(" " + escapeXML(clip(shortFunc(s.Func), most)))
	}
	if s.Site != "" {
		text.WriteString(" at " + escapeXML(clip(s.Site, most)))
	}
	text.WriteString("\n" + escapeXML(clip(string(s.Kind), most)) + ", " +
		rounded(s.start()).String() + " to " + rounded(s.end()).String() + ", " + rounded(s.end()-s.start()).String())
	if s.Open {
		text.WriteString(", has not ended")
	}
	if s.Error != "" {
		text.WriteString("\nfailed: " + escapeXML(clip(s.Error, most)))
	}
	return text.String()
}

// escapeXML escapes text that is printable otherwise, for content and attributes.
func escapeXML(text string) string { return xmlEscaper.Replace(text) }

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;")
