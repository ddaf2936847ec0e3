package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"finwait/analyzer/model"
	"finwait/analyzer/report/ladders"
	"finwait/analyzer/report/page"
	"finwait/analyzer/report/prose"
	"finwait/reassembly/conn"
	"finwait/reassembly/tcpstate"
)

const (
	maxRows      = 100_000   // connections that a page has in its table
	maxRowOctets = 7_200_000 // of all of them as JSON
	maxFlagText  = 120       // of the flags of a connection, in characters
	maxDictOctet = 600_000   // of flags, and of the ways through the states
)

// pageRow is a connection as a page keeps it. Texts and the like are indexes into
// dictionaries.
type pageRow struct {
	file, client, server, rules, flags, way int
	stream                                  uint32
	port                                    uint16
	close, closer, bound                    uint8
	half, teardown                          model.Seconds // -1 where null
	at                                      model.Time
	times                                   []model.Seconds // since at: where its states change
}

// pageRows gathers connections, those with findings rather than others where there
// are too many.
type pageRows struct {
	found, plain []pageRow
	all          int64

	files, clients, servers, rules, flags, ways dictionary
}

// dictionary numbers texts in the order in which they come.
type dictionary struct {
	list   []string
	at     map[string]int
	octets int
}

func (d *dictionary) number(text string) int {
	if i, ok := d.at[text]; ok {
		return i
	}
	if d.at == nil {
		d.at = map[string]int{}
	}
	d.at[text] = len(d.list)
	d.list = append(d.list, text)
	d.octets += len(text) + 3
	return len(d.list) - 1
}

// bounded numbers text as long as the dictionary is not too large; then all is "".
func (d *dictionary) bounded(text string) int {
	if _, ok := d.at[text]; !ok && d.octets > maxDictOctet {
		text = ""
	}
	return d.number(text)
}

func (p *pageRows) add(r *model.Record) {
	p.all++
	plain := len(r.Findings) == 0
	full := len(p.found)+len(p.plain) >= maxRows
	if full && (plain || len(p.plain) == 0) {
		return
	}
	row := p.row(r)
	if plain {
		p.plain = append(p.plain, row)
		return
	}
	if full {
		p.plain = p.plain[:len(p.plain)-1]
	}
	p.found = append(p.found, row)
}

func (p *pageRows) row(r *model.Record) pageRow {
	var rules []string
	for i := range r.Findings {
		rules = append(rules, prose.Safe(r.Findings[i].Rule))
	}
	flags := r.Flags
	if len(flags) > maxFlagText {
		flags = flags[:maxFlagText] + "…"
	}
	row := pageRow{
		file: p.files.number(prose.Safe(r.File)), client: p.clients.number(r.Client.IP.String()), server: p.servers.number(r.Server.AddrPort().String()),
		rules: p.rules.number(strings.Join(rules, " ")), flags: p.flags.bounded(flags),
		stream: r.Stream, port: r.Client.Port, close: uint8(r.Close), half: -1, teardown: -1, at: r.First.Time,
	}
	if r.FirstCloser != nil {
		row.closer = uint8(*r.FirstCloser) + 1
	}
	if r.HalfClosedS != nil {
		row.half = *r.HalfClosedS
	}
	if r.HalfClosed != nil {
		row.bound = uint8(*r.HalfClosed)
	}
	if r.TeardownS != nil {
		row.teardown = *r.TeardownS
	}
	var way string
	way, row.at, row.times = wayOf(r)
	row.way = p.ways.bounded(way)
	return row
}

// wayOf returns the way of both ends through their states as JSON: for each end, for
// each stay, the state, by number the times at which it begins and ends, its bound, and
// whether observation ended in it. The times are since the first.
func wayOf(r *model.Record) (way string, first model.Time, times []model.Seconds) {
	first = r.First.Time
	var all []model.Time
	sides := [...][]model.Stay{r.States.Client, r.States.Server}
	for _, stays := range sides {
		for _, s := range stays {
			all = append(all, s.Since, s.Since+model.Time(s.DurationS))
			first = min(first, s.Since)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for _, t := range all {
		times = append(times, model.Seconds(t.Sub(first)))
	}
	var b strings.Builder
	b.WriteByte('[')
	for n, stays := range sides {
		if n > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		separator := ""
		for _, s := range stays {
			if s.State == tcpstate.Closed {
				continue
			}
			from, _ := slices.BinarySearch(all, s.Since)
			to, _ := slices.BinarySearch(all, s.Since+model.Time(s.DurationS))
			open := 0
			if s.Open {
				open = 1
			}
			fmt.Fprintf(&b, "%s[%d,%d,%d,%d,%d]", separator, s.State, from, to, s.Bound, open)
			separator = ","
		}
		b.WriteByte(']')
	}
	return b.String() + "]", first, times
}

// kept returns the rows that the page shows, by file and stream.
func (p *pageRows) kept() []pageRow {
	rows := slices.Concat(p.found, p.plain)
	slices.SortStableFunc(rows, func(a, b pageRow) int {
		if a.file != b.file {
			return a.file - b.file
		}
		return int(int64(a.stream) - int64(b.stream))
	})
	return rows
}

// vlq appends a number in the digits of base 64, the lowest first: five bits a digit,
// and one that says that more follow.
func vlq(dst []byte, v int64) []byte {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	for u := uint64(v); ; {
		d := u & 31
		if u >>= 5; u == 0 {
			return append(dst, digits[d])
		}
		dst = append(dst, digits[d|32])
	}
}

// rowColumns are the rows of a page, each column a text of numbers.
type rowColumns struct {
	names []string
	texts [][]byte
}

func (c *rowColumns) add(i int, v int64) { c.texts[i] = vlq(c.texts[i], v) }

// json returns rows as an object whose columns are texts of numbers; all names and
// words stand once, in lists. It also returns how many rows there was room for.
func (p *pageRows) json(rows []pageRow) ([]byte, int) {
	unit := model.Seconds(1000)
	bases := make([]model.Time, len(p.files.list))
	seen := make([]bool, len(bases))
	for i := range rows {
		r := &rows[i]
		if !seen[r.file] || r.at < bases[r.file] {
			bases[r.file], seen[r.file] = r.at, true
		}
		fine := r.at%1000 != 0 || r.half > 0 && r.half%1000 != 0 || r.teardown > 0 && r.teardown%1000 != 0
		for _, t := range r.times {
			fine = fine || t%1000 != 0
		}
		if fine {
			unit = 1
		}
	}
	c := rowColumns{names: []string{
		"file", "stream", "client", "port", "server", "close", "closer", "half", "bound", "teardown", "at", "rules", "flags", "way", "times_n", "times",
	}}
	c.texts = make([][]byte, len(c.names))
	n, octets := 0, p.rules.octets+p.clients.octets+p.servers.octets+p.flags.octets+p.ways.octets
	for i := range rows {
		c.row(&rows[i], bases, unit)
		if n++; i%1024 == 0 {
			size := octets
			for _, text := range c.texts {
				size += len(text)
			}
			if size > maxRowOctets {
				break
			}
		}
	}
	return p.object(&c, n, unit), n
}

func (c *rowColumns) row(r *pageRow, bases []model.Time, unit model.Seconds) {
	null := func(v model.Seconds) int64 { // 0, else one more
		if v < 0 {
			return 0
		}
		return int64(v/unit) + 1
	}
	for i, v := range [...]int64{
		int64(r.file), int64(r.stream), int64(r.client), int64(r.port), int64(r.server), int64(r.close), int64(r.closer), null(r.half),
		int64(r.bound), null(r.teardown), int64(r.at-bases[r.file]) / int64(unit), int64(r.rules), int64(r.flags), int64(r.way), int64(len(r.times)),
	} {
		c.add(i, v)
	}
	last, previous := len(c.texts)-1, model.Seconds(0)
	for _, t := range r.times {
		c.add(last, int64((t-previous)/unit))
		previous = t
	}
}

func (p *pageRows) object(c *rowColumns, n int, unit model.Seconds) []byte {
	ways := make([]json.RawMessage, len(p.ways.list))
	for i, way := range p.ways.list {
		if ways[i] = json.RawMessage(way); way == "" {
			ways[i] = json.RawMessage("null")
		}
	}
	var closes, states []string
	for _, value := range prose.Closes() {
		for int(value) >= len(closes) {
			closes = append(closes, "")
		}
		closes[value] = value.String()
	}
	closers := make([]string, conn.BothRoles+2) // by number, 0 for none
	for _, role := range [...]conn.Role{conn.Client, conn.Server, conn.BothRoles} {
		closers[role+1] = role.String()
	}
	for s := range tcpstate.NumStates {
		states = append(states, s.String())
	}
	cols := map[string]string{}
	for i, name := range c.names {
		cols[name] = string(c.texts[i])
	}
	inks := make([]string, tcpstate.NumStates)
	for s := range inks {
		inks[s] = page.InkClass(tcpstate.State(s))
	}
	var b bytes.Buffer
	err := json.NewEncoder(&b).Encode(map[string]any{ // it escapes what means something to HTML
		"n": n, "all": p.all, "unit": int64(unit), "files": p.files.list, "clients": p.clients.list, "servers": p.servers.list,
		"rules": p.rules.list, "flags": p.flags.list, "ways": ways, "closes": closes, "closers": closers, "states": states, "inks": inks, "waits": ladders.Waits, "cols": cols,
	})
	if err != nil {
		panic("report: " + err.Error()) // of texts and numbers, it cannot fail
	}
	return bytes.TrimSpace(b.Bytes())
}

// withPort returns an address as it stands in the dictionary with its port. A record
// that is made up may have none.
func withPort(address string, port uint16) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return fmt.Sprintf("%s:%d", address, port)
	}
	return netip.AddrPortFrom(ip, port).String()
}

// first tells a row in words.
func (p *pageRows) first(r *pageRow) firstRow {
	seconds := func(v model.Seconds, bound conn.Bound) string {
		if v < 0 {
			return ""
		}
		return prose.Bounded(&v, &bound)
	}
	row := firstRow{
		Stream: fmt.Sprint(r.stream), Client: withPort(p.clients.list[r.client], r.port), Server: p.servers.list[r.server],
		Close: conn.Close(r.close).String(), Half: seconds(r.half, conn.Bound(r.bound)), Teardown: seconds(r.teardown, conn.ExactBound),
		Rules: p.rules.list[r.rules],
	}
	if r.closer > 0 {
		row.Closer = conn.Role(r.closer - 1).String()
	}
	return row
}
