package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const root = "../.."

// finwait is the path of the program, built for the tests.
var finwait string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "finwait-browser-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	finwait = filepath.Join(dir, "finwait")
	build := exec.Command("go", "build", "-o", finwait, "./cmd/finwait")
	build.Dir = root
	code := 1
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s%v\n", out, err)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir) // a temporary directory
	os.Exit(code)
}

// chromium returns the path of the browser.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("there is no Chromium here: pages are not tested in a browser")
	return ""
}

// run runs finwait, which may find something, and returns what it wrote.
func run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(finwait, args...)
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
		t.Fatalf("finwait %s: %v\n%s", strings.Join(args, " "), err, &problem)
	}
	return out.String()
}

// write writes a page and returns its path.
func write(t *testing.T, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	run(t, append(args, "--format", "html", "-o", path)...)
	return path
}

// capture returns a capture that was recorded with the kernels' word beside it.
func capture(name string) string { return filepath.Join(root, "testdata/real", name+".pcap") }

// browser is a page that is open.
type browser struct {
	t   *testing.T
	ctx context.Context
}

// start starts a browser; each test has its own.
func start(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.Flag("force-color-profile", "srgb"))
	alloc, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(alloc)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx}
	b.do(chromedp.Navigate("about:blank"))
	return b
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// send sends a command of the protocol.
func send[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, command, params)
		return err
	}))
}

// open opens a file.
func (b *browser) open(path string) {
	b.t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	messages := chromedp.Console(ctx)
	b.do(chromedp.Navigate((&url.URL{Scheme: "file", Path: abs}).String()))
	// A last message of ours ends what the console has to say.
	const last = "finwait: that is all"
	eval[bool](b, fmt.Sprintf("console.log(%q), true", last))
	for m, err := range messages {
		if err != nil {
			b.t.Fatal(err)
		}
		if m.Text == last {
			return
		}
		b.t.Errorf("%s: the console says %v", filepath.Base(path), m)
	}
}

// eval returns the value of an expression.
func eval[T any](b *browser, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise, func(p *runtime.EvaluateParams) { p.UserGesture = new(bool); *p.UserGesture = true }))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// see makes the window so wide, in a scheme: dark or light.
func (b *browser) see(width, height int64, scheme, media string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height))
	send(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// shot keeps a picture of the page in the directory that SHOTS names, for people to
// look at.
func (b *browser) shot(name string) {
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// summary is what a test needs of report --format json.
type summary struct {
	Connections int64
	Close       map[string]int64
	FirstCloser map[string]int64 `json:"first_closer"`
	Severities  struct{ Error, Warning int64 }
	Findings    []struct {
		Rule, Message, Advice string
	}
}

func summaryOf(t *testing.T, capture string) (s summary) {
	t.Helper()
	if err := json.Unmarshal([]byte(run(t, "report", "--format", "json", capture)), &s); err != nil {
		t.Fatal(err)
	}
	return s
}
