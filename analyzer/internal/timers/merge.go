package timers

import (
	"encoding/json"
	"errors"
	"net/netip"

	"finwait/analyzer/model"
	"finwait/reassembly/capture"
	"finwait/reassembly/payload"
)

// Merge takes in what another Collector keeps.
func (c *Collector) Merge(o *Collector) {
	for _, key := range o.keys() {
		own, other := c.of(key), o.series[key]
		own.seen += other.seen
		for _, v := range other.kept {
			own.keep(v)
		}
	}
}

// stored is a series as it passes from one machine to another.
type stored struct {
	Server  netip.AddrPort  `json:"server"`
	Kind    model.TimerKind `json:"kind"`
	Seen    int64           `json:"seen"`
	Samples []storedSample  `json:"samples"`
}

type storedSample struct {
	Lot      uint64                     `json:"lot"`
	Waits    [model.NumTimerFroms]int64 `json:"waits"` // ns
	End      int64                      `json:"end"`   // ns since the epoch
	Protocol payload.Protocol           `json:"protocol"`
	Least    bool                       `json:"least"`
	Owner    netip.Addr                 `json:"owner"`
	Interval int64                      `json:"interval"` // ns
	Probes   int64                      `json:"probes"`
}

// MarshalJSON stores what c keeps, to be merged elsewhere by the same version of the
// program.
func (c *Collector) MarshalJSON() ([]byte, error) {
	list := []stored{}
	for _, key := range c.keys() {
		s := stored{Server: key.server, Kind: key.kind, Seen: c.series[key].seen}
		for _, v := range c.series[key].sorted() {
			one := storedSample{Lot: v.lot, End: int64(v.end), Protocol: v.protocol, Least: v.least, Owner: v.owner, Interval: int64(v.interval), Probes: v.probes}
			for i, w := range v.waits {
				one.Waits[i] = int64(w)
			}
			s.Samples = append(s.Samples, one)
		}
		list = append(list, s)
	}
	return json.Marshal(list)
}

var errStored = errors.New("what was measured elsewhere is of another version, or damaged")

// UnmarshalJSON takes what MarshalJSON stored; c must be new.
func (c *Collector) UnmarshalJSON(text []byte) error {
	var list []stored
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	for _, s := range list {
		if len(s.Samples) > maxPerSeries {
			return errStored
		}
		to := c.of(seriesKey{s.Server, s.Kind})
		to.seen += s.Seen
		for _, one := range s.Samples {
			v := drawn{lot: one.Lot, sample: sample{end: capture.Time(one.End), protocol: one.Protocol, least: one.Least, owner: one.Owner, interval: model.Seconds(one.Interval), probes: one.Probes}}
			for i, w := range one.Waits {
				v.waits[i] = model.Seconds(w)
			}
			to.keep(v)
		}
	}
	return nil
}
