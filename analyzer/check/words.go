package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"finwait/analyzer/model"
	"finwait/reassembly/conn"
)

// Words tells a change in one or more sentences, a line each.
func (c *Change) Words() []string { return c.words(fmt.Sprintf("stream %d", c.Stream), 1) }

// words tells a change that n connections share; head names them.
func (c *Change) words(head string, n int) []string {
	is, record, frames := "is", c.Record, framesOf(c.Record)
	if n > 1 {
		is, record = "are", nil
		frames = c.example(framesOf(c.Record))
		if c.Is != nil {
			all, own := c.closes(nil).now, c.closes(c.Record).now
			if rest, ok := strings.CutPrefix(own, all); ok {
				frames = c.example(rest + framesOf(c.Record))
			}
		}
	}
	switch {
	case c.Was == nil:
		now := c.closes(record)
		return []string{head + " " + is + " new: " + joinWords(now.who, now.now) + frames}
	case c.Is == nil:
		was := closing(c.Was, nil)
		return []string{head + " " + is + " gone: " + joinWords(was.who, was.then)}
	}
	if c.Was.Close != c.Is.Close || c.Was.FirstCloser != c.Is.FirstCloser || c.Was.MissingFIN != c.Is.MissingFIN || c.Was.RST != c.Is.RST {
		was, now := closing(c.Was, nil), c.closes(record)
		who := now.who
		if who == was.who {
			who = ""
		}
		line := fmt.Sprintf("%s: %s; now %s%s", head, joinWords(was.who, was.then), joinWords(who, now.now), frames)
		return append([]string{line}, c.findingWords(head, n)...)
	}
	var lines []string
	for _, f := range [...]struct{ what, was, is string }{
		{"the handshake", c.Was.Handshake.String(), c.Is.Handshake.String()},
		{"the server's port", portWords(c.Was.Port), portWords(c.Is.Port)},
		{"the flag sequence", c.Was.Flags, c.Is.Flags},
		{"the client's states", c.Was.ClientStates, c.Is.ClientStates},
		{"the server's states", c.Was.ServerStates, c.Is.ServerStates},
	} {
		if f.was != f.is {
			lines = append(lines, fmt.Sprintf("%s: %s: was %s; now %s", head, f.what, or(f.was, "none"), or(f.is, "none")))
		}
	}
	return append(lines, c.findingWords(head, n)...)
}

// example says of the first connection what differs between those that share a change.
func (c *Change) example(text string) string {
	if text = strings.TrimPrefix(text, ", "); text == "" {
		return ""
	}
	return fmt.Sprintf(" (stream %d: %s)", c.Stream, text)
}

// findingWords tells which findings came and which went.
func (c *Change) findingWords(head string, n int) (lines []string) {
	for _, f := range c.Is.Findings {
		if slices.Contains(c.Was.Findings, f) {
			continue
		}
		line := head + ": new finding " + f
		id, _, _ := strings.Cut(f, " ")
		for i := range c.Record.Findings {
			if found := &c.Record.Findings[i]; found.Rule == id {
				if text := found.Message.String() + framesWords(found.Frames); n == 1 {
					line += ": " + text
				} else {
					line += c.example(text)
				}
				break
			}
		}
		lines = append(lines, line)
	}
	for _, f := range c.Was.Findings {
		if !slices.Contains(c.Is.Findings, f) {
			lines = append(lines, head+": no longer found: "+f)
		}
	}
	return lines
}

func portWords(port uint16) string {
	if port == 0 {
		return ""
	}
	return strconv.Itoa(int(port))
}

// clause says who did what, as it was and as it is.
type clause struct{ who, then, now string }

// closes tells how the connection is closed now. What a capture that lacks its end does
// not show may have come behind it.
func (c *Change) closes(r *model.Record) clause {
	now := closing(c.Is, r)
	if !c.cut {
		return now
	}
	const there = " where the capture is cut short"
	switch c.Is.Close {
	case conn.CloseHalfClosed:
		now.now = "has not closed" + there
		if half := halfClosed(r, ""); half != "" {
			now.now += ", half-closed " + half
		}
	case conn.CloseUnanswered:
		now.now = "has not answered" + there
	case conn.CloseHalfOpen:
		now.now = "has not completed the handshake" + there
	case conn.CloseOpen:
		now.now = "has closed" + there
	}
	return now
}

// closing tells how a connection was closed. The record, if there is one, adds
// durations.
func closing(v *Verdict, r *model.Record) clause {
	first, second := v.FirstCloser, conn.Server
	if first == conn.Server.String() {
		second = conn.Client
	}
	by, _, _ := strings.Cut(v.RST, " ")
	switch v.Close {
	case conn.CloseGraceful:
		if first == conn.BothRoles.String() || first == "" {
			return clause{"both sides", "closed at the same time", "close at the same time"}
		}
		return clause{second.String(), "closed after the " + first, "closes " + halfClosed(r, " ") + "after the " + first}
	case conn.CloseHalfClosed:
		now := "never closes"
		if r != nil && r.HalfClosedS != nil {
			now += ", half-closed " + r.HalfClosedS.Words() + " at the end of " + observation(r)
		}
		return clause{or(v.MissingFIN, second.String()), "never closed", now}
	case conn.CloseResetAfterFIN:
		return clause{or(by, "an RST"), "reset it after the " + or(first, "first") + "'s FIN", "resets it " + halfClosed(r, " ") + "after the " + or(first, "first") + "'s FIN"}
	case conn.CloseReset:
		return clause{or(by, "an RST"), "reset it", "resets it"}
	case conn.CloseRefused:
		return clause{"server", "refused it", "refuses it"}
	case conn.CloseUnanswered:
		return clause{"server", "never answered", "never answers"}
	case conn.CloseHalfOpen:
		return clause{"client", "never completed the handshake", "never completes the handshake"}
	case conn.CloseOpen:
		return clause{"nobody", "closed", "closes"}
	}
	return clause{"", "its close was " + v.Close.String(), "its close is " + v.Close.String()}
}

// halfClosed returns how long the connection was half-closed, and after.
func halfClosed(r *model.Record, after string) string {
	if r == nil || r.HalfClosedS == nil {
		return ""
	}
	return r.HalfClosedS.Words() + after
}

func observation(r *model.Record) string {
	switch r.Ended {
	case conn.EndIdle, conn.EndEvicted:
		return "its observation"
	}
	return "the capture"
}

// framesOf names the frames that show how a connection was closed.
func framesOf(r *model.Record) string { return framesWords(closingFrames(r)) }

// closingFrames are the frames of the FINs, of the first one's acknowledgment
// where there is no second, and of the RST.
func closingFrames(r *model.Record) []int64 {
	if r == nil {
		return nil
	}
	var frames []int64
	add := func(n *int64) {
		if n != nil && !slices.Contains(frames, *n) {
			frames = append(frames, *n)
		}
	}
	for _, f := range [...]*model.FIN{r.FIN.Client, r.FIN.Server} {
		if f == nil {
			continue
		}
		add(f.Frame)
		if r.Close == conn.CloseHalfClosed {
			add(f.ACKFrame)
		}
	}
	if r.RST != nil {
		add(&r.RST.Frame)
	}
	if frames == nil {
		frames = []int64{r.First.Frame, r.Last.Frame}
	}
	slices.Sort(frames)
	return slices.Compact(frames)
}

func framesWords(frames []int64) string {
	if len(frames) == 0 {
		return ""
	}
	noun := ", frames "
	if len(frames) == 1 {
		noun = ", frame "
	}
	var words []string
	for _, f := range frames {
		words = append(words, strconv.FormatInt(f, 10))
	}
	return noun + strings.Join(words, ", ")
}

func joinWords(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
