package timelines

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/timeline"
)

// OpenMetricsStep is what Prometheus tells times apart by: a step of the chart must
// be a multiple of it.
const OpenMetricsStep = 1e6 // ns

const openMetricsHead = `# HELP finwait_tcp_sockets TCP sockets by state, as packet captures show them. Sockets that sent no segment while captured are invisible, and not counted.
# TYPE finwait_tcp_sockets gauge
# UNIT finwait_tcp_sockets sockets
`

type openMetrics struct {
	w     io.Writer
	shape Shape
	begun bool
	buf   bytes.Buffer
}

// newOpenMetrics writes charts in the OpenMetrics text format: the samples of a series
// together and in time order, as promtool tsdb create-blocks-from openmetrics takes
// them.
func newOpenMetrics(w io.Writer, _ prose.Style, shape Shape) timeline.Writer {
	return &openMetrics{w: w, shape: shape}
}

func (o *openMetrics) Chart(c *timeline.Chart) error {
	o.head()
	for i := range c.Series {
		s := &c.Series[i]
		name := "finwait_tcp_sockets{" + o.labels(c, s) + "} "
		for at, counts := range s.All() {
			o.buf.WriteString(name)
			o.buf.Write(strconv.AppendInt(o.buf.AvailableBuffer(), counts.Sockets, 10))
			o.buf.WriteByte(' ')
			o.buf.Write(appendPrometheusTime(o.buf.AvailableBuffer(), c.Time(at)))
			o.buf.WriteByte('\n')
			if o.buf.Len() > 1<<16 {
				if err := o.flush(); err != nil {
					return err
				}
			}
		}
	}
	return o.flush()
}

func (o *openMetrics) head() {
	if !o.begun {
		o.buf.WriteString(openMetricsHead)
	}
	o.begun = true
}

func (o *openMetrics) flush() error {
	_, err := o.buf.WriteTo(o.w)
	return err
}

func (o *openMetrics) Close() error {
	o.head()
	o.buf.WriteString("# EOF\n")
	return o.flush()
}

// labels are those of a series. That of the file is there where the series of two
// captures could be taken for one.
func (o *openMetrics) labels(c *timeline.Chart, s *timeline.Series) string {
	var list []string
	label := func(name, value string) {
		list = append(list, fmt.Sprintf(`%s="%s"`, name, labelEscapes.Replace(prose.Safe(value))))
	}
	if o.shape.Several && !o.shape.Joined {
		label("file", c.File)
	}
	switch o.shape.By {
	case timeline.ByHost:
		label("host", s.Host)
	case timeline.ByServer:
		label("server", s.Host)
	}
	label("side", s.Side)
	label("state", s.State.String())
	return strings.Join(list, ",")
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// appendPrometheusTime appends t in seconds. Prometheus reads them as a float64 and
// cuts what is left of a thousandth off, so that 0.29 s would become 289 ms: where
// that is so the text names a moment a microsecond later, which becomes the right
// millisecond.
func appendPrometheusTime(dst []byte, t model.Time) []byte {
	ms := int64(t) / OpenMetricsStep
	away := int64(1) // from zero
	if ms < 0 {
		away = -1
	}
	for extra := int64(0); ; extra++ {
		text := secondsText(ms*1000 + away*extra)
		if f, err := strconv.ParseFloat(text, 64); err != nil || int64(f*1000) == ms || extra == 999 {
			return append(dst, text...)
		}
	}
}

// secondsText writes microseconds as seconds with three decimals, or six.
func secondsText(us int64) string {
	sign := ""
	if us < 0 {
		sign, us = "-", -us
	}
	text := fmt.Sprintf("%s%d.%06d", sign, us/1e6, us%1e6)
	return strings.TrimSuffix(text, "000")
}
