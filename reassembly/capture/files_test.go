package capture

import (
	"context"
	"errors"
	"os"
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
		for _, p := range []string{"a/cut.pcap", "a/packed", "a/z.txt", "b.pcap", "linked"} {
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
		got, err := Files(t.Context(), c.args)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("Files(%q) = %q, %v; want %q", c.args, got, err, c.want)
		}
	}
	got, err := Files(t.Context(), []string{"bare", "one.pcap"})
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
	if got, err := Files(ctx, []string{dir}); err != nil || len(got) != 1 {
		t.Fatalf("Files = %q, %v", got, err)
	}
	stop()
	if got, err := Files(ctx, []string{dir}); err != nil || len(got) != 0 {
		t.Errorf("Files = %q, %v although nobody waits for it", got, err)
	}
}
