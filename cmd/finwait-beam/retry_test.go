package main

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"finwait/reassembly/traffic"
)

// sent is what a bundle sends: under a number or octets.
type sent struct {
	number int
	key    string
	value  []byte
}

// bundle is what one bundle sends, by where.
type bundle struct{ to map[string][]sent }

func (b *bundle) numbered(to string) func(int, []byte) {
	return func(n int, v []byte) { b.to[to] = append(b.to[to], sent{number: n, value: slices.Clone(v)}) }
}

func (b *bundle) keyed(to string) func([]byte, []byte) {
	return func(k, v []byte) { b.to[to] = append(b.to[to], sent{key: string(k), value: slices.Clone(v)}) }
}

func (b *bundle) single(to string) func([]byte) {
	return func(v []byte) { b.numbered(to)(0, v) }
}

// trier is a runner for tests, in which every bundle fails at first: a worker that writes
// at its write, and any other when all is done, so that what it sent is dropped.
type trier struct {
	*testing.T
	rand *rand.Rand
	all  bundle
}

// try runs a bundle twice, each time from new, and keeps what it sends the second time.
func (r *trier) try(writes bool, run func(b *bundle) error) {
	r.Helper()
	if writes {
		failing.Store(1)
	}
	if err := run(&bundle{map[string][]sent{}}); writes != (err != nil) {
		r.Fatalf("a bundle whose first write fails: %v", err)
	}
	failing.Store(0)
	b := &bundle{map[string][]sent{}}
	if err := run(b); err != nil {
		r.Fatal(err)
	}
	for to, list := range b.to {
		r.all.to[to] = append(r.all.to[to], list...)
	}
}

// group is all that has one key, in no order.
type group struct {
	sent
	values [][]byte
}

// groups returns what was sent to a place by its keys, which come in no order.
func (r *trier) groups(to ...string) (list []group) {
	type key struct {
		number int
		key    string
	}
	by := map[key]*group{}
	for _, name := range to {
		for _, s := range r.all.to[name] {
			k := key{s.number, s.key}
			if by[k] == nil {
				by[k] = &group{sent: s}
			}
			by[k].values = append(by[k].values, s.value)
		}
	}
	keys := slices.SortedFunc(maps.Keys(by), func(a, b key) int { return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.key, b.key)) })
	r.rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	for _, k := range keys {
		g := by[k]
		r.rand.Shuffle(len(g.values), func(i, j int) { g.values[i], g.values[j] = g.values[j], g.values[i] })
		list = append(list, *g)
	}
	return list
}

// of returns the values of one number.
func (r *trier) of(number int, to string) [][]byte {
	for _, g := range r.groups(to) {
		if g.number == number {
			return g.values
		}
	}
	return nil
}

// iterator hands out values as the runner does.
func iterator(values [][]byte) func(*[]byte) bool {
	return func(v *[]byte) bool {
		if len(values) == 0 {
			return false
		}
		*v, values = values[0], values[1:]
		return true
	}
}

// TestEveryBundleIsRetried: every bundle of every stage fails once and is tried again, as
// runners on clusters do, and all comes in another order: the results are the same.
func TestEveryBundleIsRetried(t *testing.T) {
	shape := traffic.Mix(150)
	shape.Tuples = 60
	files := cut(t, madeUp(t, shape), 5, 0)
	out := filepath.Join(t.TempDir(), "run")
	s := Settings{Output: scheme + out, Format: "jsonl", Join: true, Captures: len(files)}
	r := &trier{t, rand.New(rand.NewPCG(3, 3)), bundle{map[string][]sent{}}}
	ctx := t.Context()

	for i, file := range files {
		r.try(false, func(b *bundle) error {
			return (&scanFn{s}).ProcessElement(ctx, Task{i, file}, b.numbered("facts"), b.keyed("logs"))
		})
	}
	r.try(false, func(b *bundle) error {
		return (&overlapFn{files}).ProcessElement(0, iterator(r.of(0, "facts")), b.numbered("overlaps"))
	})
	for _, g := range r.groups("overlaps") {
		r.try(false, func(b *bundle) error {
			return (&scanUnitFn{s, files}).ProcessElement(ctx, g.number, g.values[0], b.numbered("facts2"), b.keyed("logs2"))
		})
	}
	r.try(false, func(b *bundle) error {
		return (&planFn{s, files}).ProcessElement(0, iterator(r.of(0, "facts")), iterator(r.of(0, "facts2")), b.single("plan"), b.single("files"), b.numbered("units"), b.numbered("parts"))
	})
	plan := r.all.to["plan"][0].value
	opened := map[int]int{}
	for _, g := range r.groups("logs", "logs2") {
		r.try(false, func(b *bundle) error {
			return (&numbersFn{}).ProcessElement(ctx, []byte(g.key), iterator(g.values), plan, b.numbered("common"), func(unit, n int) { b.numbered("opened")(unit, make([]byte, n)) })
		})
	}
	for _, one := range r.all.to["opened"] {
		opened[one.number] += len(one.value)
	}
	r.try(false, func(b *bundle) error {
		for unit, n := range opened {
			(countFn{}).ProcessElement(unit, n, b.numbered("counts"))
		}
		return nil
	})
	r.try(false, func(b *bundle) error {
		return (basesFn{}).ProcessElement(0, iterator(r.of(0, "counts")), b.single("bases"))
	})
	bases := r.all.to["bases"][0].value
	for _, g := range r.groups("units") {
		r.try(true, func(b *bundle) error {
			return (&trackFn{s, files}).ProcessElement(ctx, g.number, iterator(g.values), iterator(r.of(g.number, "common")), plan, bases, b.numbered("parts"), b.keyed("across"))
		})
	}
	crossing := r.groups("across")
	for _, g := range crossing {
		r.try(false, func(b *bundle) error {
			f := &sharedFn{Settings: s}
			f.StartBundle(ctx, nil, nil, nil)
			if err := f.ProcessElement(ctx, []byte(g.key), iterator(g.values), plan, nil, b.numbered("records")); err != nil {
				return err
			}
			return f.FinishBundle(ctx, nil, b.numbered("parts"), nil)
		})
	}
	for _, g := range r.groups("records") {
		r.try(true, func(b *bundle) error {
			return (&writeFn{s}).ProcessElement(ctx, g.number, iterator(g.values), b.numbered("parts"))
		})
	}
	for _, g := range r.groups("parts") {
		r.try(false, func(b *bundle) error {
			return (&mergeFn{s}).ProcessElement(g.number, iterator(g.values), b.numbered("groups"))
		})
	}
	r.try(true, func(*bundle) error {
		return (&joinedReportFn{s}).ProcessElement(ctx, 0, iterator(r.of(0, "groups")), r.all.to["files"][0].value)
	})
	equal(t, out, files...)
	if len(crossing) < 20 {
		t.Errorf("%d 4-tuples cross: nothing is tried", len(crossing))
	}
}
