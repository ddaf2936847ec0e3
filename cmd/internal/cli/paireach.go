package cli

import (
	"path/filepath"
	"strings"

	"finwait/analyzer/pair"
	"finwait/analyzer/report/prose"
)

// couples returns which captures of the two directories are of the same traffic: those
// that have the same name below them, and of the others those that hold the same segments.
func (p *pairRun) couples(files [2][]string) (list [][2]string) {
	below := func(c int, file string) string {
		if rel, err := filepath.Rel(p.args[c], file); err == nil {
			return rel
		}
		return file
	}
	named := map[string]string{}
	for _, b := range files[1] {
		named[below(1, b)] = b
	}
	partner := map[string]string{}
	taken := map[string]bool{}
	var rest [2][]string
	for _, a := range files[0] {
		if b, ok := named[below(0, a)]; ok {
			partner[a], taken[b] = b, true
		} else {
			rest[0] = append(rest[0], a)
		}
	}
	for _, b := range files[1] {
		if !taken[b] {
			rest[1] = append(rest[1], b)
		}
	}
	if len(rest[0]) > 0 && len(rest[1]) > 0 {
		for a, b := range pair.Alike(p.ctx, rest[0], rest[1], p.input.options()) {
			partner[a], taken[b] = b, true
		}
	}
	for _, a := range files[0] {
		if b, ok := partner[a]; ok {
			list = append(list, [2]string{a, b})
			continue
		}
		p.alone(a)
	}
	for _, b := range rest[1] {
		if !taken[b] {
			p.alone(b)
		}
	}
	return list
}

// alone says that a capture has no partner.
func (p *pairRun) alone(file string) {
	if !p.output.quiet {
		p.errorf("finwait: warning: %s has no capture of the same name or content in the other directory\n", strings.TrimSpace(prose.Safe(file)))
	}
}
