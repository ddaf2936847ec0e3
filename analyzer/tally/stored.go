package tally

import (
	"encoding/json"
	"errors"
	"net/netip"

	"finwait/analyzer/model"
	"finwait/reassembly/tcpstate"
)

// storedVersion is the form in which an Aggregate is stored. It changes with what follows.
const storedVersion = 5

// stored is an Aggregate, but for its timers and rows, as it passes from one machine to
// another.
type stored struct {
	Version     int                  `json:"version"`
	Files       []model.FileInfo     `json:"files"`
	Connections int64                `json:"connections"`
	Close       []int64              `json:"close"`
	FirstCloser []int64              `json:"first_closer"`
	States      [2][]storedStay      `json:"states"`
	Groups      []storedGroup        `json:"groups"`
	Spared      []storedSpared       `json:"spared"`
	Twins       []storedTwin         `json:"twins"`
	Sampled     bool                 `json:"sampled"` // the twins
	Severities  []int64              `json:"severities"`
	OfFiles     []model.FindingGroup `json:"of_files"`
}

// storedStay is a stayTimes: the buckets as triples of page, slot and count.
type storedStay struct {
	State                      tcpstate.State `json:"state"`
	Buckets                    []int64        `json:"buckets"`
	Min, Max                   int64
	Open, AtMost, AtLeast      int64
	MaxOpen, MaxMost, MaxLeast int64
}

// storedGroup is one pair of rule and server.
type storedGroup struct {
	Server  netip.AddrPort         `json:"server"`
	Told    model.FindingGroup     `json:"told"`
	First   model.Finding          `json:"first"`
	Places  [][3]int64             `json:"places"`
	Side    model.Sides[int64]     `json:"side"`
	Folds   map[string]*model.Fold `json:"folds"`
	Samples [4]storedSample        `json:"samples"`
	Lives   []storedLife           `json:"lives"`
	Bytes   int64                  `json:"bytes"`
	Resets  int64                  `json:"resets"`
	Mute    int64                  `json:"mute"`
	Open    int64                  `json:"open"`
	Clients []uint64               `json:"clients"`
	Client  netip.Addr             `json:"client"`
	Seen    bool                   `json:"seen"`
	Other   storedOther            `json:"other"`
}

// storedTwin is a twin.
type storedTwin struct {
	Numbers     [6]int64
	Name, Twice string
}

// storedLife is a lifetime.
type storedLife struct {
	Lot          uint64
	Began, Ended int64
}

func (l storedLife) life() lifetime {
	return lifetime{l.Lot, model.Seconds(l.Began), model.Seconds(l.Ended)}
}

func storeLives(lives []lifetime) (list []storedLife) {
	for _, l := range Sorted(lives, lifetime.compare) {
		list = append(list, storedLife{l.lot, int64(l.began), int64(l.ended)})
	}
	return list
}

// storedOther is an otherLeg.
type storedOther struct {
	Connections int64    `json:"connections"`
	Place       [3]int64 `json:"place"`
	Words       string   `json:"words"`
}

// storedSample is a sampling.
type storedSample struct {
	Lots         []uint64 `json:"lots"`
	Values       []int64  `json:"values"`
	N, Low, High int64
}

// MarshalJSON stores what was gathered of connections and captures, without timers and
// rows, to be merged elsewhere by the same version of the program.
func (a *Aggregate) MarshalJSON() ([]byte, error) {
	s := stored{
		Version: storedVersion, Files: a.files, Connections: a.connections, Close: a.close[:], FirstCloser: a.firstCloser[:],
		States: [2][]storedStay{storeStays(&a.states.Client), storeStays(&a.states.Server)}, Severities: a.findings.bySeverity[:], OfFiles: a.ofFiles, Spared: a.findings.spared.stored(),
		Sampled: a.twins.sampled,
	}
	for _, v := range a.twins.kept {
		s.Twins = append(s.Twins, storedTwin{[6]int64{int64(v.key), int64(v.ends), int64(v.file), int64(v.other), int64(v.first), int64(v.last)}, v.name, v.twice})
	}
	for _, key := range a.findings.keys() {
		s.Groups = append(s.Groups, storeGroup(key, a.findings.groups[key]))
	}
	return json.Marshal(&s)
}

var errStored = errors.New("what was gathered elsewhere is of another version, or damaged")

// UnmarshalJSON takes what MarshalJSON stored; a must be new.
func (a *Aggregate) UnmarshalJSON(text []byte) error {
	var s stored
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if s.Version != storedVersion || len(s.Close) != len(a.close) || len(s.FirstCloser) != len(a.firstCloser) ||
		len(s.Severities) != len(a.findings.bySeverity) {
		return errStored
	}
	*a = Aggregate{files: s.Files, connections: s.Connections, ofFiles: s.OfFiles}
	copy(a.close[:], s.Close)
	copy(a.firstCloser[:], s.FirstCloser)
	copy(a.findings.bySeverity[:], s.Severities)
	a.findings.files = len(a.files)
	a.findings.groups = map[groupKey]*gathered{}
	for i, to := range [...]*[tcpstate.NumStates]stayTimes{&a.states.Client, &a.states.Server} {
		for k := range s.States[i] {
			if err := s.States[i][k].restore(to); err != nil {
				return err
			}
		}
	}
	for i := range s.Groups {
		g, err := s.Groups[i].restore()
		if err != nil {
			return err
		}
		a.findings.groups[groupKey{s.Groups[i].Told.Rule, s.Groups[i].Server}] = g
	}
	a.twins.sampled = s.Sampled
	for _, s := range s.Twins {
		v := &s.Numbers
		a.twins.keep(twin{uint64(v[0]), uint64(v[1]), int(v[2]), int(v[3]), s.Name, s.Twice, model.Time(v[4]), model.Time(v[5])})
	}
	for _, of := range s.Spared {
		if len(of.Lives) > maxSampling || len(s.Spared) > maxSpared {
			return errStored
		}
		to := a.findings.spared.of(of.Server)
		to.n = of.N
		for _, l := range of.Lives {
			to.keep(l.life())
		}
	}
	return nil
}

func storeStays(states *[tcpstate.NumStates]stayTimes) (list []storedStay) {
	for i := range states {
		t := &states[i]
		s := storedStay{
			State: tcpstate.State(i), Min: int64(t.exact.min), Max: int64(t.exact.max),
			Open: t.open.n, AtMost: t.atMost.n, AtLeast: t.atLeast.n,
			MaxOpen: int64(t.open.max), MaxMost: int64(t.atMost.max), MaxLeast: int64(t.atLeast.max),
		}
		for page, slots := range &t.exact.pages {
			if slots == nil {
				continue
			}
			for slot, n := range slots {
				if n > 0 {
					s.Buckets = append(s.Buckets, int64(page), int64(slot), n)
				}
			}
		}
		if t.exact.n+t.open.n+t.atMost.n+t.atLeast.n > 0 {
			list = append(list, s)
		}
	}
	return list
}

func (s *storedStay) restore(states *[tcpstate.NumStates]stayTimes) error {
	if int(s.State) >= len(states) || len(s.Buckets)%3 != 0 {
		return errStored
	}
	t := &states[s.State]
	t.open, t.atMost, t.atLeast = bounds{s.Open, model.Seconds(s.MaxOpen)}, bounds{s.AtMost, model.Seconds(s.MaxMost)}, bounds{s.AtLeast, model.Seconds(s.MaxLeast)}
	t.exact.min, t.exact.max = model.Seconds(s.Min), model.Seconds(s.Max)
	for b := s.Buckets; len(b) > 0; b = b[3:] {
		page, slot, n := b[0], b[1], b[2]
		if page < 0 || page >= int64(len(t.exact.pages)) || slot < 0 || slot >= subBuckets || n < 0 {
			return errStored
		}
		if t.exact.pages[page] == nil {
			t.exact.pages[page] = new([subBuckets]int64)
		}
		t.exact.pages[page][slot] += n
		t.exact.n += n
	}
	return nil
}

// samplings are those of a group, in the order in which they are stored.
func (g *gathered) samplings() [4]*sampling {
	return [4]*sampling{&g.took, &g.closed, &g.half, &g.began}
}

func storeGroup(key groupKey, g *gathered) storedGroup {
	s := storedGroup{
		Server: key.server, Told: g.FindingGroup, First: g.first, Side: g.side, Folds: g.folds, Bytes: g.halfBytes,
		Resets: g.resets, Mute: g.unheard, Open: g.open, Clients: g.clients.least, Client: g.client, Seen: g.seen,
	}
	for _, p := range g.places {
		s.Places = append(s.Places, p.stored())
	}
	s.Lives = storeLives(g.lives)
	s.Other = storedOther{g.other.connections, g.other.at.stored(), g.other.words}
	for i, from := range g.samplings() {
		to := &s.Samples[i]
		to.N, to.Low, to.High = from.n, int64(from.low), int64(from.high)
		for _, d := range Sorted(from.kept, drawn.compare) {
			to.Lots, to.Values = append(to.Lots, d.lot), append(to.Values, int64(d.v))
		}
	}
	return s
}

func (p place) stored() [3]int64 { return [3]int64{int64(p.file), int64(p.stream), p.frame} }

func restorePlace(p [3]int64) place { return place{int(p[0]), uint32(p[1]), p[2]} }

func (s *storedGroup) restore() (*gathered, error) {
	if len(s.Places) != len(s.Told.Examples) || len(s.Places) > maxExamples || len(s.Clients) > maxDistinct || len(s.Lives) > maxSampling ||
		len(s.Places) == 0 && s.Told.Connections > 0 {
		return nil, errStored
	}
	for _, f := range s.Folds {
		if f == nil {
			return nil, errStored
		}
	}
	g := &gathered{
		FindingGroup: s.Told, first: s.First, side: s.Side, folds: s.Folds, halfBytes: s.Bytes, resets: s.Resets,
		unheard: s.Mute, open: s.Open, clients: distinct{s.Clients}, client: s.Client, seen: s.Seen,
	}
	for _, p := range s.Places {
		g.places = append(g.places, restorePlace(p))
	}
	for _, l := range s.Lives {
		g.live(l.life())
	}
	g.other = otherLeg{s.Other.Connections, restorePlace(s.Other.Place), s.Other.Words}
	for i, to := range g.samplings() {
		from := &s.Samples[i]
		if len(from.Lots) != len(from.Values) || len(from.Lots) > maxSampling || len(from.Lots) == 0 && from.N > 0 {
			return nil, errStored
		}
		to.n, to.low, to.high = from.N, model.Seconds(from.Low), model.Seconds(from.High)
		for k, lot := range from.Lots {
			to.keep(drawn{lot, model.Seconds(from.Values[k])})
		}
	}
	return g, nil
}
