package report

import (
	"bytes"
	"fmt"
	"io"

	"finwait/analyzer/pair"
)

func pairText(w io.Writer, n PairNames, r *pair.Result, s Style) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "A %s\nB %s\n", s.bold(Safe(n.A)), s.bold(Safe(n.B)))
	for _, f := range r.Flows {
		fmt.Fprintf(&b, "%v %+v\n", f.Close, f.Segments)
		for _, row := range f.Rows {
			fmt.Fprintf(&b, "  %v %s %d\n", row.Fate, row.Flags, row.Seq)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}
