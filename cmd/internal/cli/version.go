package cli

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/pflag"

	"finwait/analyzer/model"
	"finwait/analyzer/report/timelines"
)

func versionCommand() *command {
	return &command{
		name:  "version",
		short: "which build this is",
		long: `It prints the version of the module, or where that has none the revision it was built from
and its date; the Go version; and the versions of the output schemas.`,
		examples: []example{
			{"finwait version", "for a bug report"},
		},
		setup: func(*pflag.FlagSet) func(*invocation) (int, error) { return runVersion },
	}
}

func runVersion(inv *invocation) (int, error) {
	if len(inv.args) > 0 {
		return 0, &usageError{text: "version takes no arguments"}
	}
	b := buildInfo()
	return inv.print(fmt.Sprintf("finwait %s\n%s\nschemas %s\n", b.String(), b.goVersion, strings.Join([]string{model.Schema, model.SummarySchema, timelines.Schema, timelines.SSSchema}, ", ")))
}

// build says where the program comes from.
type build struct {
	version   string // of the module; "" where it has none
	revision  string // of the source, with "+changes" if it was changed; may be ""
	date      string // of the revision, as 2026-01-02; may be ""
	goVersion string
}

func buildInfo() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{goVersion: "unknown Go"}
	}
	return readBuild(info)
}

// noVersion is what the go command calls a module that was built from a
// directory without version control.
const noVersion = "(devel)"

func readBuild(info *debug.BuildInfo) build {
	b := build{version: info.Main.Version, goVersion: info.GoVersion}
	if b.version == noVersion {
		b.version = ""
	}
	changed := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.revision = s.Value
		case s.Key == "vcs.time" && len(s.Value) >= len("2006-01-02"):
			b.date = s.Value[:len("2006-01-02")]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+changes"
		}
	}
	if b.revision != "" {
		b.revision += changed
	}
	return b
}

func (b build) String() string {
	switch {
	case b.version == "" && b.revision == "":
		return "(no version: built outside of its repository, or with -buildvcs=false)"
	case b.version == "":
		return fmt.Sprintf("revision %s of %s", b.revision, b.date)
	case b.revision == "":
		return b.version
	}
	return fmt.Sprintf("%s, revision %s of %s", b.version, b.revision, b.date)
}
