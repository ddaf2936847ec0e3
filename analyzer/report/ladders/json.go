package ladders

import (
	"encoding/json"
	"io"

	"finwait/analyzer/ladder"
	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/segment"
)

// Schema names the version of a ladder's lines as JSON.
const Schema = "finwait.show/1"

// jsonWriter writes a line for the connection, one for each segment, one for
// each finding behind the segment that proves it, and one for the end.
type jsonWriter struct {
	w      io.Writer
	ladder *ladder.Ladder
}

// jsonHead is the first line of a connection.
type jsonHead struct {
	Schema string          `json:"schema"`
	Kind   string          `json:"kind"` // connection
	Flow   json.RawMessage `json:"flow"` // the record, as flows writes it
}

// jsonSegment is the line of a segment, or of an ICMP error about one.
type jsonSegment struct {
	Schema     string        `json:"schema"`
	Kind       string        `json:"kind"` // segment, icmp
	Frame      int64         `json:"frame"`
	Time       model.Time    `json:"time"`
	SinceStart model.Seconds `json:"since_start_s"`
	SinceLast  model.Seconds `json:"since_last_s"`
	From       string        `json:"from"` // client, server; of an ICMP error, who sent what it quotes
	Flags      string        `json:"flags"`
	Seq        *int64        `json:"seq"` // relative, as are ack's
	Ack        *int64        `json:"ack"`
	Len        uint32        `json:"len"`
	Window     *int64        `json:"window"`     // octets; null where the scale is not known
	RawWindow  *uint16       `json:"window_raw"` // as sent
	Reports    *string       `json:"reports"`    // what an ICMP error reports
	Notes      []string      `json:"notes"`
	Answers    *int64        `json:"answers"` // frame of the segment that a reset answers
	Client     *string       `json:"client_state"`
	Server     *string       `json:"server_state"`
	Began      []string      `json:"state_began"` // whose state began here
	Findings   []string      `json:"findings"`    // rules of which this is evidence
}

type jsonFinding struct {
	Schema  string         `json:"schema"`
	Kind    string         `json:"kind"` // finding
	Finding *model.Finding `json:"finding"`
}

type jsonEnd struct {
	Schema     string        `json:"schema"`
	Kind       string        `json:"kind"` // end
	Time       model.Time    `json:"time"` // the end of observation
	SinceStart model.Seconds `json:"since_start_s"`
	SinceLast  model.Seconds `json:"since_last_s"`
	Ended      conn.End      `json:"ended"`
}

func (j *jsonWriter) Begin(l *ladder.Ladder) error {
	j.ladder = l
	return j.write(jsonHead{Schema, "connection", l.Record.AppendJSON(nil)})
}

func (j *jsonWriter) Row(r *ladder.Row) error {
	s := jsonSegment{
		Schema: Schema, Kind: "segment", Frame: r.Frame, Time: r.Time,
		SinceStart: model.Seconds(r.SinceStart), SinceLast: model.Seconds(r.SinceLast),
		From: r.From.String(), Flags: r.FlagText(), Len: r.Len,
		Notes: []string{}, Began: []string{}, Findings: []string{},
		Client: textOrNull(r.States[conn.Client]), Server: textOrNull(r.States[conn.Server]),
	}
	s.Flags = s.Flags[1 : len(s.Flags)-1]
	if r.ICMP != "" {
		s.Kind, s.Reports = "icmp", &r.ICMP
	} else {
		s.Seq, s.RawWindow = &r.Seq, &r.RawWindow
		if r.Flags.Has(segment.ACK) {
			s.Ack = &r.Ack
		}
		if r.HasWindow {
			s.Window = &r.Window
		}
	}
	for i := range r.Notes {
		s.Notes = append(s.Notes, r.Notes[i].Kind.String())
		if r.Notes[i].Kind == ladder.Answers {
			s.Answers = &r.Notes[i].Frame
		}
	}
	for side, began := range r.Began {
		if began {
			s.Began = append(s.Began, conn.Role(side).String())
		}
	}
	for _, f := range r.Evidence {
		s.Findings = append(s.Findings, f.Rule)
	}
	if err := j.write(s); err != nil {
		return err
	}
	return j.findings(r.Proves)
}

func (j *jsonWriter) findings(list []*model.Finding) error {
	for _, f := range list {
		if err := j.write(jsonFinding{Schema, "finding", f}); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonWriter) End() error {
	r := j.ladder.Record
	if err := j.findings(j.ladder.Rest()); err != nil {
		return err
	}
	end, quiet := j.ladder.Until()
	return j.write(jsonEnd{
		Schema, "end", end, model.Seconds(end.Sub(r.First.Time)), model.Seconds(quiet), r.Ended,
	})
}

func (j *jsonWriter) FollowUp(f *FollowUp) error {
	return j.write(struct {
		Schema string `json:"schema"`
		Kind   string `json:"kind"` // follow_up
		*FollowUp
	}{Schema, "follow_up", f})
}

func (j *jsonWriter) write(v any) error {
	return prose.JSONEncoder(j.w, "").Encode(v)
}

func textOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Close has nothing to add.
func (*jsonWriter) Close() error { return nil }
