//go:build record

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"runtime/pprof"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report"
	"finwait/analyzer/report/records"
	"finwait/analyzer/timeline"
)

// printProfile writes where the processor's time goes to the standard output: of a report
// and of JSON Lines of the same capture, three times each. The compiler is given it for
// releases (go build -pgo).
func printProfile(file string) error {
	var profile bytes.Buffer
	if err := pprof.StartCPUProfile(&profile); err != nil {
		return err
	}
	err := analyzeAgain(file, 3)
	pprof.StopCPUProfile()
	if err != nil {
		return err
	}
	return withoutPaths(os.Stdout, &profile)
}

func analyzeAgain(file string, times int) error {
	for range times {
		for _, run := range []struct {
			handler   model.Handler
			skipViews bool
		}{
			{report.SummaryJSON(io.Discard), true},
			{records.JSONL(io.Discard), false},
		} {
			h := run.handler
			if run.skipViews {
				h = timeline.NewWorst(h, false)
			}
			if _, err := driver.Run(context.Background(), []string{file}, driver.Options{SkipViews: run.skipViews}, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// withoutPaths copies a profile without what it says of files of the machine: which were
// mapped, and every text that is an absolute path. It is a message of protocol buffers
// (github.com/google/pprof/proto/profile.proto), gzipped.
func withoutPaths(w io.Writer, profile io.Reader) error {
	const varint, octets, mapping, text = 0, 2, 3, 6
	unzip, err := gzip.NewReader(profile)
	if err != nil {
		return err
	}
	in, err := io.ReadAll(unzip)
	if err != nil {
		return err
	}
	var out []byte
	for len(in) > 0 {
		tag, n := binary.Uvarint(in)
		value, m := binary.Uvarint(in[max(n, 0):])
		if n <= 0 || m <= 0 || tag&7 != varint && tag&7 != octets {
			return errors.New("the profile is none that is known here")
		}
		head := n + m
		if tag&7 == varint {
			out = append(out, in[:head]...)
			in = in[head:]
			continue
		}
		body := in[head : head+int(value)]
		switch field := tag >> 3; {
		case field == mapping:
		case field == text && len(body) > 0 && body[0] == '/':
			out = append(out, in[:n]...)
			out = append(out, 0) // a text stays in its place, empty
		default:
			out = append(out, in[:head+len(body)]...)
		}
		in = in[head+len(body):]
	}
	zip := gzip.NewWriter(w)
	if _, err := zip.Write(out); err != nil {
		return err
	}
	return zip.Close()
}
