package cli

import (
	"errors"
	"os"
	"path/filepath"

	"finwait/analyzer/config"
)

// findConfig returns the configuration file of dir or of the nearest directory
// above it; "" where there is none. One that may be a stranger's, strange, is no link.
func findConfig(dir string, strange bool) (string, error) {
	for {
		path := filepath.Join(dir, config.Name)
		if _, err := os.Lstat(path); err == nil {
			if _, err = isFound(shortPath(path)); err != nil && strange {
				return "", err
			}
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return shortPath(path), nil
			}
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", nil
		}
		dir = above
	}
}

// shortPath returns path as one would write it in the working directory.
func shortPath(path string) string {
	if dir, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(dir, path); err == nil && len(rel) < len(path) {
			return rel
		}
	}
	return path
}

// readConfig reads a configuration file, which adds to what all have come to.
func readConfig(path string, cost *config.Cost) (*config.File, error) {
	text, err := readSmall(path, config.MaxSize)
	if err != nil {
		return nil, errors.New(lines(err))
	}
	return config.Parse(path, text, cost)
}
