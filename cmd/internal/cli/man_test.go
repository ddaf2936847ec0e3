package cli

import (
	"bytes"
	"os/exec"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"finwait/analyzer/schema"
)

var anyBuild = build{version: "v1.2.3", date: "2026-01-02"}

// sections returns a man page's text by the headings of kind SH.
func sections(page string) (order []string, text map[string]string) {
	text = map[string]string{}
	heading := regexp.MustCompile(`^\.SH "(.*)"$`)
	for line := range strings.Lines(page) {
		if m := heading.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			order = append(order, m[1])
			continue
		}
		if len(order) > 0 {
			text[order[len(order)-1]] += line
		}
	}
	return order, text
}

func TestManPage(t *testing.T) {
	page := manPage(anyBuild)
	if want := `.TH FINWAIT 1 "2026-01-02" "finwait v1.2.3" "User Commands"` + "\n"; !strings.HasPrefix(page, want) {
		t.Errorf("it begins with %.80q", page)
	}
	order, text := sections(page)
	if !slices.Equal(order[:3], []string{"NAME", "SYNOPSIS", "DESCRIPTION"}) || order[len(order)-1] != "SEE ALSO" {
		t.Errorf("sections %q", order)
	}
	for _, want := range []string{"COMMANDS", "EXAMPLES", "EXIT STATUS"} {
		if text[want] == "" {
			t.Errorf("no section %s", want)
		}
	}
	for _, cmd := range commands() {
		of := text["COMMAND "+strings.ToUpper(cmd.name)]
		if !strings.Contains(of, roffText.Replace(cmd.usage())) {
			t.Errorf("%s: no usage in %q", cmd.name, of)
		}
		cmd.flags().VisitAll(func(f *pflag.Flag) {
			in := of
			if isThreshold(f) {
				in = text["HELP ON THRESHOLDS"]
			}
			if !strings.Contains(in, ".B \""+roffText.Replace(strings.TrimSpace(flagEntry(f).head))+"\"\n") {
				t.Errorf("%s: --%s is not in it", cmd.name, f.Name)
			}
		})
	}
	for _, f := range schema.Fields() {
		if !strings.Contains(text["HELP ON WHERE"], ".B \""+f.Name+"\"\n") {
			t.Errorf("the field %s is not in it", f.Name)
		}
	}
}

// What a line begins with, or a text contains, must be no language of roff.
func TestRoffText(t *testing.T) {
	r := new(roff)
	r.text(`.TH is 'text' and -x is a flag, \n too`)
	if got, want := r.b.String(), `\&.TH is \(aqtext\(aq and \-x is a flag, \en too`+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	ascii := func(r rune) bool { return r > '~' || r < ' ' && r != '\n' }
	if page := manPage(anyBuild); strings.ContainsFunc(page, ascii) {
		at := strings.IndexFunc(page, ascii)
		t.Errorf("not ASCII: %q", page[max(at-30, 0):at+4])
	}
	for line := range strings.Lines(manPage(anyBuild)) {
		if known := regexp.MustCompile(`^\.(TH|SH|SS|PP|TP|IP|B|RS|RE)\b`); strings.HasPrefix(line, ".") && !known.MatchString(line) {
			t.Errorf("unknown request %q", line)
		}
	}
}

func TestManPageLint(t *testing.T) {
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("no mandoc here")
	}
	cmd := exec.Command(mandoc, "-Tlint")
	cmd.Stdin = strings.NewReader(manPage(anyBuild))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil || out.Len() > 0 {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestBuild(t *testing.T) {
	vcs := func(version string, settings ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{GoVersion: "go1.26", Main: debug.Module{Version: version}}
		for i := 0; i < len(settings); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: settings[i], Value: settings[i+1]})
		}
		return info
	}
	for _, c := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{vcs("v1.2.3"), "v1.2.3"},
		{vcs("(devel)", "vcs.revision", "abc", "vcs.time", "2026-01-02T03:04:05Z", "vcs.modified", "false"), "revision abc of 2026-01-02"},
		{vcs("v0.0.0-1-abc+dirty", "vcs.revision", "abc", "vcs.time", "2026-01-02T03:04:05Z", "vcs.modified", "true"), "v0.0.0-1-abc+dirty, revision abc+changes of 2026-01-02"},
		{vcs("(devel)"), "(no version: built outside of its repository, or with -buildvcs=false)"},
		{vcs(""), "(no version: built outside of its repository, or with -buildvcs=false)"},
	} {
		if got := readBuild(c.info).String(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
