package rules

import (
	"slices"
	"testing"

	"finwait/analyzer/model"
)

// The table of relations is held against every fixture and recorded capture:
// what implies does, what excludes does, and no row is about findings that never
// meet.
func TestRelations(t *testing.T) {
	for _, rel := range relations {
		for _, id := range [...]string{rel.A, rel.B} {
			if !slices.ContainsFunc(All, func(r *model.Rule) bool { return r.ID == id }) {
				t.Errorf("%s and %s: there is no rule %s", rel.A, rel.B, id)
			}
		}
		if rel.A == rel.B || rel.Why == "" {
			t.Errorf("%s and %s: no relation without two rules and a reason", rel.A, rel.B)
		}
	}
	met := make([]bool, len(relations))
	for _, file := range examples(t) {
		for _, rec := range judgedFile(t, file) {
			ids := found(rec)
			for i, rel := range relations {
				a, b := slices.Contains(ids, rel.A), slices.Contains(ids, rel.B)
				switch {
				case rel.Holds == Implies && a && !b:
					t.Errorf("%s: stream %d: %s without %s, though %s", file, rec.Stream, rel.A, rel.B, rel.Why)
				case rel.Holds == Excludes && a && b:
					t.Errorf("%s: stream %d: %s with %s, though %s", file, rec.Stream, rel.A, rel.B, rel.Why)
				}
				met[i] = met[i] || a && (b || rel.Holds == Excludes)
			}
		}
	}
	for i, rel := range relations {
		if !met[i] {
			t.Errorf("%s and %s: no fixture or capture has an example of it", rel.A, rel.B)
		}
	}
}

// One kind of relation between two rules is enough, and nothing explains what
// it excludes.
func TestRelationsAgree(t *testing.T) {
	for i, r := range relations {
		for _, o := range relations[i+1:] {
			same := r.A == o.A && r.B == o.B
			mirrored := r.A == o.B && r.B == o.A
			if same && r.Holds == o.Holds || mirrored && r.Holds == Explains && o.Holds == Explains {
				t.Errorf("%s and %s stand in the table twice", r.A, r.B)
			}
			if (same || mirrored) && (r.Holds == Excludes) != (o.Holds == Excludes) {
				t.Errorf("%s and %s exclude each other and do not", r.A, r.B)
			}
		}
	}
}
