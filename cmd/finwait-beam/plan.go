package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/reassembly/frame"
)

// Plan is what every worker knows of captures that are joined.
type Plan struct {
	Names      []string
	Units      []Unit // in the order of time
	Interfaces [][]string
	FirstID    []int // by file: the number of its first interface among all

	End      int64 // of observation; valid iff HasEnd
	HasEnd   bool
	Plain    int64 // valid iff HasPlain
	HasPlain bool
	Dropped  bool
	Gaps     []frame.Gap
}

// overlapping orders the captures by time and puts those together that overlap.
func overlapping(files []FileFacts) (units []Unit) {
	list := slices.DeleteFunc(slices.Clone(files), func(f FileFacts) bool { return !f.Records })
	slices.SortFunc(list, func(a, b FileFacts) int { return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Index, b.Index)) })
	var latest int64
	last := 0 // the greatest index of the unit
	for _, f := range list {
		if n := len(units); n > 0 && (f.First < latest || f.First == latest && f.Index < last) {
			units[n-1].Files = append(units[n-1].Files, f.Index)
			latest, last = max(latest, f.Max), max(last, f.Index)
			continue
		}
		units = append(units, Unit{Files: []int{f.Index}})
		latest, last = f.Max, f.Index
	}
	for i := range units {
		slices.Sort(units[i].Files)
	}
	return units
}

// FilesPart is what the report says of joined captures, but for what their connections
// tell.
type FilesPart struct {
	Infos    []*model.FileInfo
	Findings [][]model.FindingGroup
	Problems []Problem
	End      *model.Time
}

// newPlan makes the plan of what was scanned. The units are in the order of time.
func newPlan(s *Settings, names []string, files []FileFacts, units []UnitFacts) (*Plan, *FilesPart, error) {
	slices.SortFunc(files, func(a, b FileFacts) int { return cmp.Compare(a.Index, b.Index) })
	p := &Plan{Names: names, Interfaces: make([][]string, len(files)), FirstID: make([]int, len(files))}
	base, now, hasNow := s.Before, int64(0), false
	for i := range units {
		u := &units[i]
		u.Unit.Base, u.Unit.Now, u.Unit.HasNow = base, now, hasNow
		if u.HasPlain && !p.HasPlain {
			p.Plain, p.HasPlain = u.Plain, true
			if hasNow {
				p.Plain = max(p.Plain, now)
			}
		}
		if int64(u.Frames) > driver.MaxFrame {
			return nil, nil, fmt.Errorf("%v: %w", u.Unit.names(names), driver.ErrFrames)
		}
		base += u.Frames
		if u.HasNow && (!hasNow || u.Now > now) {
			now, hasNow = u.Now, true
		}
		p.Units = append(p.Units, u.Unit)
	}
	p.End, p.HasEnd = now, hasNow
	p.ofFiles(files)
	gaps, err := findGaps(units)
	if err != nil {
		return nil, nil, err
	}
	part := &FilesPart{Infos: make([]*model.FileInfo, len(files)), Findings: make([][]model.FindingGroup, len(files))}
	pauses := make([][]driver.Paused, len(files))
	for _, g := range gaps {
		p.Gaps = append(p.Gaps, g.gap.Gap)
		pauses[g.file] = append(pauses[g.file], driver.Paused{Gap: g.gap, At: g.frame})
	}
	for i := range files {
		f := &files[i]
		part.Infos[i] = f.Scan.Info
		part.Findings[i] = append(f.Scan.Findings, driver.GapFindings(names[i], pauses[i], s.options())...)
		part.Problems = append(part.Problems, f.Problems...)
	}
	if p.HasEnd {
		end := model.Time(p.End)
		part.End = &end
	}
	return p, part, nil
}

// ofFiles takes in what the captures say beside their packets.
func (p *Plan) ofFiles(files []FileFacts) {
	told, next := int64(math.MaxInt64), 0
	for i := range files {
		f := &files[i].Scan
		p.Dropped = p.Dropped || f.Dropped
		if f.HasUntil && (!p.HasEnd || int64(f.Until) > p.End) {
			p.End, p.HasEnd = int64(f.Until), true
		}
		if f.HasPlain {
			told = min(told, int64(f.Plain))
		}
		p.Interfaces[i], p.FirstID[i] = f.Interfaces, next
		next += len(f.Interfaces)
	}
	if told != math.MaxInt64 {
		p.Plain, p.HasPlain = told, true
	}
}

// interfaceID returns the number among all of an interface of a file.
func (p *Plan) interfaceID(file, i int) uint16 {
	if i >= len(p.Interfaces[file]) {
		return 0 // what is no packet may stand before all descriptions
	}
	return uint16(min(p.FirstID[file]+i, math.MaxUint16))
}

// interfaceName returns what the capture calls it.
func (p *Plan) interfaceName(id uint16) string {
	file, found := slices.BinarySearch(p.FirstID, int(id))
	if !found {
		file--
	}
	for file < len(p.FirstID)-1 && p.FirstID[file+1] == int(id) { // those without interfaces
		file++
	}
	if file < 0 || id == math.MaxUint16 || int(id)-p.FirstID[file] >= len(p.Interfaces[file]) {
		return ""
	}
	return p.Interfaces[file][int(id)-p.FirstID[file]]
}

func encodeJSON(v any) ([]byte, error) { return json.Marshal(v) }

func decodeJSON[T any](text []byte) (*T, error) {
	v := new(T)
	return v, json.NewDecoder(bytes.NewReader(text)).Decode(v)
}
