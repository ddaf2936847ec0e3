package capture

import (
	"context"
	"errors"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

func TestFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	plain := samples()["pcap little"]
	for path, content := range map[string][]byte{
		"tree/b.pcap":         plain,
		"tree/a/z.txt":        samples()["pcapng big"],
		"tree/a/packed":       compressors["gzip"](compressors["xz"](plain)),
		"tree/a/cut.pcap":     plain[:30],
		"tree/notes.pcap":     []byte("no capture"),
		"tree/empty.pcap":     nil,
		"tree/two":            plain[:2],
		"tree/packed.txt.gz":  compressors["gzip"]([]byte("no capture")),
		"tree/damaged.zst":    []byte("\x28\xb5\x2f\xfd nonsense"),
		"tree/hurt.pcap.zst":  []byte("\x28\xb5\x2f\xfd nonsense"),
		"one.pcap":            plain,
		"two.pcap":            plain,
		"odd[1].pcap":         plain,
		"bare/nothing/a.text": []byte("text"),
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{
		"tree/a/loop": "..", "tree/self": "self", "tree/linked": "../one.pcap", "tree/gone": "nowhere", "link": "tree",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Skip("no symbolic links here:", err)
		}
	}
	below := func(dir string) []string {
		var paths []string
		for _, p := range []string{"a/cut.pcap", "a/packed", "a/z.txt", "b.pcap", "hurt.pcap.zst", "linked"} {
			paths = append(paths, filepath.Join(dir, p))
		}
		return paths
	}
	for _, c := range []struct {
		args, want []string
	}{
		{nil, nil},
		{[]string{"-"}, []string{"-"}},
		{[]string{"two.pcap", "gone.pcap", "one.pcap"}, []string{"two.pcap", "gone.pcap", "one.pcap"}},
		{[]string{"tree/notes.pcap"}, []string{"tree/notes.pcap"}},
		{[]string{"tree"}, below("tree")},
		{[]string{"link"}, below("link")},
		{[]string{"t*e"}, below("tree")},
		{[]string{"*.pcap"}, []string{"odd[1].pcap", "one.pcap", "two.pcap"}},
		{[]string{"odd[1].pcap"}, []string{"odd[1].pcap"}},
		{[]string{"none*.pcap", "[", "one.pcap"}, []string{"none*.pcap", "[", "one.pcap"}},
	} {
		got, _, err := Files(t.Context(), c.args)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("Files(%q) = %q, %v; want %q", c.args, got, err, c.want)
		}
	}
	got, _, err := Files(t.Context(), []string{"bare", "one.pcap"})
	if !errors.Is(err, ErrNotCapture) || !slices.Equal(got, []string{"one.pcap"}) {
		t.Errorf("a directory without captures: %q, %v", got, err)
	}
}

func TestFilesStopsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "one.pcap"), samples()["pcap little"], 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	if got, _, err := Files(ctx, []string{dir}); err != nil || len(got) != 1 {
		t.Fatalf("Files = %q, %v", got, err)
	}
	stop()
	if got, _, err := Files(ctx, []string{dir}); err != nil || len(got) != 0 {
		t.Errorf("Files = %q, %v although nobody waits for it", got, err)
	}
}

// What a directory holds beside regular files is skipped by name, and never opened: a
// named pipe would wait. So is what has the name of a capture alone.
func TestWhatADirectorySkips(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(path string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll("tree/sub", 0o777); err != nil {
		t.Fatal(err)
	}
	write("tree/one.pcap", samples()["pcap little"])
	write("tree/sub/empty.pcap", nil)
	write("tree/sub/notes.txt", []byte("notes"))
	want := map[string]string{"tree/sub/empty.pcap": "not a capture: empty file"}
	for link, target := range map[string][2]string{
		"tree/gone.pcap": {"nowhere", "a link that leads nowhere"}, "tree/a": {"b", "a circle of links"}, "tree/b": {"a", "a circle of links"},
		"tree/sub/up": {"..", "a link to a directory"}, "tree/null": {os.DevNull, "a device"},
	} {
		if err := os.Symlink(target[0], link); err != nil {
			t.Skip("no symbolic links here:", err)
		}
		want[link] = target[1]
	}
	if err := exec.Command("mkfifo", "tree/fifo.pcap").Run(); err == nil {
		want["tree/fifo.pcap"] = "a named pipe"
	} else {
		t.Log("no named pipe:", err)
	}
	if l, err := net.Listen("unix", "tree/socket"); err == nil {
		defer l.Close()
		want["tree/socket"] = "a socket"
	}
	paths, skipped, err := Files(t.Context(), []string{"tree"})
	if err != nil || !slices.Equal(paths, []string{"tree/one.pcap"}) {
		t.Errorf("%q, %v", paths, err)
	}
	got := map[string]string{}
	for _, s := range skipped {
		got[s.Path] = s.Why
	}
	if !maps.Equal(got, want) {
		t.Errorf("skipped %q, want %q", got, want)
	}

	// What a pattern finds was not named either.
	paths, skipped, err = Files(t.Context(), []string{"tree/n*l"})
	if !errors.Is(err, ErrNotCapture) || len(paths) != 0 || !slices.Equal(skipped, []Skipped{{"tree/null", "a device"}}) {
		t.Errorf("a pattern that matches a device: %q, %q, %v", paths, skipped, err)
	}
	paths, _, err = Files(t.Context(), []string{"tree/[no]*", "tree/null"})
	if err != nil || !slices.Equal(paths, []string{"tree/one.pcap", "tree/null"}) {
		t.Errorf("a device that a pattern finds, and that is named: %q, %v", paths, err)
	}
}
