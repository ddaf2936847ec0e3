package analyzertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"finwait/analyzer/model"
	"finwait/reassembly"
	"finwait/reassembly/capture"
	"finwait/reassembly/conn"
	"finwait/reassembly/pktscript"
	"finwait/reassembly/segment"
)

// object is a connection record as a JSON reader sees it.
type object = map[string]any

// load parses the script at file.
func load(file string) (*pktscript.Script, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return pktscript.Parse(filepath.Base(file), text)
}

// analyze writes the script as a capture and returns its records by stream;
// judge adds findings to each.
func analyze(s *pktscript.Script, judge func(*model.Record, *conn.Conn)) (map[int64]object, error) {
	var file bytes.Buffer
	if err := s.Write(&file); err != nil {
		return nil, err
	}
	r, err := capture.Open("-", &file)
	if err != nil {
		return nil, err
	}
	defer r.Close()

	records := map[int64]object{}
	var failed error
	tracker := reassembly.NewTracker(reassembly.Config{}, func(c *conn.Conn) {
		rec := model.NewRecord(s.Name, c)
		if judge != nil {
			judge(rec, c)
		}
		var o object
		d := json.NewDecoder(bytes.NewReader(rec.AppendJSON(nil)))
		d.UseNumber()
		if err := d.Decode(&o); err != nil {
			failed = fmt.Errorf("record of stream %d: %w", rec.Stream, err)
			return
		}
		if records[int64(rec.Stream)] == nil { // else reopened: the first record counts
			records[int64(rec.Stream)] = o
		}
	})
	if err := track(r, tracker); err != nil {
		return nil, err
	}
	return records, failed
}

// track takes every packet of r to the tracker.
func track(r *capture.Reader, tracker *reassembly.Tracker) error {
	var p capture.Packet
	var seg segment.Segment
	decoder := segment.NewDecoder()
	for {
		err := r.Next(&p)
		if errors.Is(err, io.EOF) {
			tracker.Flush()
			return nil
		}
		if err != nil {
			return err
		}
		switch decoder.Decode(p.Link, p.Data, p.Length, &seg) {
		case segment.Decoded:
			tracker.Add(p.Frame(), &seg)
		case segment.ICMPError:
			tracker.Quote(p.Frame(), &seg)
		default:
			tracker.Advance(p.Time)
		}
	}
}
