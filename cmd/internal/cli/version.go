package cli

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/pflag"

	"finwait/analyzer"
)

func versionCommand() *command {
	return &command{
		name:  "version",
		short: "which build this is",
		long:  "It prints the version of the module, the revision it was built from where that is known, the\nGo version, and the versions of the output schemas.",
		examples: []example{
			{"finwait version", "for a bug report"},
		},
		setup: func(*pflag.FlagSet) func(*invocation) (int, error) { return runVersion },
	}
}

func runVersion(inv *invocation) (int, error) {
	version, revision, goVersion := "(unknown)", "", "unknown Go"
	if info, ok := debug.ReadBuildInfo(); ok {
		version, goVersion = info.Main.Version, info.GoVersion
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = " " + s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				revision += "+changes"
			}
		}
	}
	return inv.print(fmt.Sprintf("finwait %s%s\n%s\nschemas %s, %s\n",
		version, revision, goVersion, analyzer.Schema, analyzer.SummarySchema))
}
