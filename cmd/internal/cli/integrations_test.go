package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const top = "../../.." // of the module

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, path))
	if err == nil {
		err = yaml.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// pre-commit hands the hook the changed files that its pattern names.
func TestPreCommitHook(t *testing.T) {
	var hooks []struct{ ID, Entry, Language, Files string }
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	if len(hooks) != 1 || hooks[0].ID != "finwait-check" || hooks[0].Language != "golang" {
		t.Fatalf("%+v", hooks)
	}
	files := regexp.MustCompile(hooks[0].Files)
	for name, want := range map[string]bool{
		"a.pcap": true, "dir/a.pcapng": true, "a.pcap.gz": true, "a.pcapng.zst": true, "a.pcap.finwait.json": true,
		"a.pcap.gz.finwait.json": true, "a.go": false, "pcap": false, "a.pcap.md": false,
	} {
		if files.MatchString(name) != want {
			t.Errorf("%s: the hook is asked: %v", name, !want)
		}
	}
	words := strings.Fields(hooks[0].Entry)
	if words[0] != "finwait" {
		t.Fatalf("the hook calls %s", words[0])
	}
	dir := filepath.Join(top, "testdata/ci-example/captures")
	for _, changed := range []string{"orders.pcap", "orders.pcap.finwait.json"} {
		var out bytes.Buffer
		args := append(words[1:], filepath.Join(dir, changed))
		if code := (Command{Stdout: &out, Stderr: &out}).Main(args); code != exitOK {
			t.Errorf("%s: exit code %d\n%s", changed, code, &out)
		}
	}
}

// The action takes its inputs as words of a command, whatever stands in them.
func TestAction(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	var action struct {
		Runs struct {
			Steps []struct{ Run string }
		}
	}
	readYAML(t, ".github/actions/check/action.yml", &action)
	script := action.Runs.Steps[len(action.Runs.Steps)-1].Run
	dir := t.TempDir()
	fake := "#!" + bash + "\nprintf '%s\\n' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(dir, "finwait"), []byte(fake), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bash, "-e", "-o", "pipefail", "-c", script)
	cmd.Env = append(os.Environ(), "RUNNER_TEMP="+dir, "PATHS=a b\n$(touch hacked)\n", "FLAGS=--fail-on=warning\n", "JUNIT=j; x", "SARIF=")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := "check\n--github\n--junit\nj; x\n--fail-on=warning\n--\na b\n$(touch hacked)\n"
	if string(out) != want {
		t.Errorf("it calls finwait with\n%s\nnot\n%s", out, want)
	}
	if _, err := os.Stat(filepath.Join(dir, "hacked")); err == nil {
		t.Error("it ran what stands in a path")
	}
}
