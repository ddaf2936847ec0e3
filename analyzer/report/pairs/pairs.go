package pairs

import (
	"bytes"
	"io"
	"reflect"
	"sync"

	"finwait/analyzer/model"
	"finwait/analyzer/pair"
	"finwait/analyzer/report/prose"
)

// Formats are the ways to write what two captures say of each other.
var Formats = []string{"text", "jsonl", "json", "markdown", "html"}

// Head is the first line of jsonl. Its JSON form is the promise to users.
type Head struct {
	Schema     string             `json:"schema"`
	A          string             `json:"a" about:"path of the first capture, as given"`
	B          string             `json:"b"`
	Clock      Clock              `json:"clock"`
	Matched    int64              `json:"matched" about:"connections that are in both captures"`
	OnlyA      int64              `json:"only_a"`
	OnlyB      int64              `json:"only_b"`
	Translated int64              `json:"translated" about:"of the matched, those with other addresses or ports"`
	Path       Path[pair.Counts]  `json:"path" about:"segments of all connections by the way that they went"`
	DelayS     Path[*pair.Delays] `json:"delay_s" about:"likewise; null where it is not known"`
}

// Clock is how B's clock stands to A's.
type Clock struct {
	OffsetS  *model.Seconds `json:"offset_s" about:"B's clock minus A's; null where segments went one way only"`
	ErrorS   *model.Seconds `json:"error_s" about:"half of the smallest round trip"`
	DriftPPM *float64       `json:"drift_ppm" about:"how much faster B's clock runs, in millionths; null where the captures cannot show it"`
}

// Path holds one value per way between the captures.
type Path[T any] struct {
	AToB T `json:"a-to-b"`
	BToA T `json:"b-to-a"`
}

// Names are the captures as they were named.
type Names struct{ A, B string }

// newHead returns what there is to say of a comparison as a whole.
func newHead(n Names, r *pair.Result) *Head {
	h := &Head{
		Schema: pair.Schema, A: n.A, B: n.B, Matched: r.Matched, OnlyA: r.OnlyA, OnlyB: r.OnlyB, Translated: r.Translated,
		Path:   Path[pair.Counts]{r.Paths[0].Counts, r.Paths[1].Counts},
		DelayS: Path[*pair.Delays]{r.Paths[0].Delays, r.Paths[1].Delays},
	}
	if o := &r.Offset; o.Known {
		at, err := model.Seconds(o.At), model.Seconds(o.Error)
		h.Clock.OffsetS, h.Clock.ErrorS = &at, &err
		if o.Drift != 0 {
			ppm := o.PPM()
			h.Clock.DriftPPM = &ppm
		}
	}
	return h
}

// Write writes a comparison in one of Formats. It returns how many findings of
// each severity there were.
func Write(w io.Writer, format string, n Names, r *pair.Result, s prose.Style) (model.Severities, error) {
	o := &pair.Overview{}
	head := newHead(n, r)
	var err error
	switch format {
	case "jsonl":
		err = writeJSONL(w, head, r, o)
	case "json":
		err = writeJSON(w, head, r, o)
	default:
		if err = r.Each(func(f *pair.Flow) error { o.Add(f); return nil }); err != nil {
			break
		}
		o.Finish()
		d := newDigest(n, head, r, o)
		switch format {
		case "markdown":
			err = writeMarkdown(w, d)
		case "html":
			err = writePage(w, d)
		default:
			err = writeText(w, d, s)
		}
	}
	return o.Severities, err
}

// appendFlow and appendSegment append what jsonl writes a line.
var (
	appendFlow    = sync.OnceValue(func() func([]byte, *pair.Flow) []byte { return appender[pair.Flow]() })
	appendSegment = sync.OnceValue(func() func([]byte, *pair.Segment) []byte { return appender[pair.Segment]() })
)

// appender returns what appends values of a type as JSON, as encoding/json would, in a
// tenth of the time.
func appender[T any]() func([]byte, *T) []byte {
	f := model.JSONAppender(reflect.TypeFor[T]())
	return func(dst []byte, v *T) []byte { return f(dst, reflect.ValueOf(v).Elem()) }
}

func writeJSONL(w io.Writer, head *Head, r *pair.Result, o *pair.Overview) error {
	if err := prose.JSONEncoder(w, "").Encode(head); err != nil {
		return err
	}
	flow, segment := appendFlow(), appendSegment()
	var b []byte
	return r.Each(func(f *pair.Flow) error {
		for i := range f.Findings {
			o.Severities.Count(f.Findings[i].Severity)
		}
		b = append(flow(b[:0], f), '\n')
		for i := range f.Rows {
			b = append(segment(b, &f.Rows[i]), '\n')
		}
		_, err := w.Write(b)
		return err
	})
}

// writeJSON writes one object: what the first line of jsonl holds, and the records as a
// list.
func writeJSON(w io.Writer, head *Head, r *pair.Result, o *pair.Overview) error {
	var b bytes.Buffer
	enc := prose.JSONEncoder(&b, "")
	if err := enc.Encode(head); err != nil {
		return err
	}
	b.Truncate(b.Len() - len("}\n"))
	b.WriteString(`,"flows":[`)
	between := "\n"
	err := r.Each(func(f *pair.Flow) error {
		for i := range f.Findings {
			o.Severities.Count(f.Findings[i].Severity)
		}
		b.WriteString(between)
		between = ",\n"
		if err := enc.Encode(struct {
			*pair.Flow
			Rows []pair.Segment `json:"rows,omitempty"`
		}{f, f.Rows}); err != nil {
			return err
		}
		b.Truncate(b.Len() - len("\n"))
		_, err := w.Write(b.Bytes())
		b.Reset()
		return err
	})
	if err != nil {
		return err
	}
	b.WriteString("\n]}\n")
	_, err = w.Write(b.Bytes())
	return err
}
