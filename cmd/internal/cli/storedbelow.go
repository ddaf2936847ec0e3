package cli

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"finwait/analyzer/report/records"
	"finwait/reassembly/capture"
)

// runsBelow puts the stored runs below a directory in the place of one that holds no captures;
// nil where there is no such directory.
func runsBelow(ctx context.Context, args []string) (with []string) {
	found := false
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err == nil && info.IsDir() {
			if _, _, err = capture.Files(ctx, []string{arg}); err != nil {
				if runs := storedBelow(ctx, arg); len(runs) > 0 {
					found, with = true, append(with, runs...)
					continue
				}
			}
		}
		with = append(with, arg)
	}
	if !found {
		return nil
	}
	return with
}

// storedBelow returns what is named like a stored run below a directory, and is one, sorted by path.
func storedBelow(ctx context.Context, dir string) (runs []string) {
	// The function returns no error of its own, hence neither does WalkDir.
	_ = filepath.WalkDir(dir+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return filepath.SkipAll
		case err == nil && !d.IsDir() && namedLikeRun(path) && records.IsStored(path):
			runs = append(runs, path)
		}
		return nil
	})
	slices.Sort(runs)
	return runs
}

// namedLikeRun reports whether a name promises a stored run. Golden records and other JSON
// stand beside captures: .json promises none.
func namedLikeRun(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	for _, ending := range compressions {
		name = strings.TrimSuffix(name, "."+ending)
	}
	return slices.Contains([]string{".parquet", ".jsonl", ".ndjson"}, filepath.Ext(name))
}
