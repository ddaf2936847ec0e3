package cli

import (
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"finwait/analyzer/driver"
	"finwait/analyzer/report/prose"
)

const (
	progressWidth = 78 // columns that it needs
	progressName  = 20 // columns of a file name
)

// Progress is shown of a run that lasts for progressAfter, and every progressEvery
// from then on. Tests are less patient.
var (
	progressAfter = 500 * time.Millisecond
	progressEvery = 200 * time.Millisecond
)

// progress shows on a terminal how far the captures have been read. It is the one
// place that looks at the clock. A nil progress shows nothing.
type progress struct {
	meter driver.Meter
	stop  chan struct{}
	once  sync.Once

	mu    sync.Mutex
	bar   progressBar
	drawn bool
	over  bool
}

func addProgress(fs *pflag.FlagSet, off *bool) {
	fs.BoolVar(off, "no-progress", false, "do not show on the terminal how far the captures have been read")
}

// progress begins to show the reading of files, unless that is off, nobody would
// see it, or somebody else decides how long it takes. What is written to standard
// error meanwhile comes above it; results on a terminal come instead of it.
func (inv *invocation) progress(files []string, off bool, results *output) *progress {
	if a, ok := inv.Stderr.(*above); ok { // one that has ended
		inv.Stderr = a.w
	}
	total, known := sizes(files)
	if off || !known || !showsProgress(inv.Stderr) {
		return nil
	}
	p := &progress{stop: make(chan struct{})}
	p.bar = progressBar{to: inv.Stderr, total: total, began: time.Now()}
	inv.Stderr = &above{p, inv.Stderr}
	if results != nil && results.tty {
		results.Reset(&instead{p, results.to})
	}
	go p.run(progressAfter, progressEvery)
	return p
}

// sizes returns how many octets files hold together; known is false where some
// are no regular files.
func sizes(files []string) (total int64, known bool) {
	for _, file := range files {
		info, err := os.Stat(file)
		switch {
		case file == "-", err == nil && !info.Mode().IsRegular():
			return 0, false
		case err == nil:
			total += info.Size()
		}
	}
	return total, total > 0
}

// showsProgress reports whether a progress bar on w makes sense.
func showsProgress(w io.Writer) bool {
	if !isTerminal(w) || os.Getenv("TERM") == "dumb" || os.Getenv("CI") != "" {
		return false
	}
	columns, _, err := term.GetSize(int(w.(*os.File).Fd()))
	return err == nil && columns >= progressWidth
}

// of returns the meter for the options of a run.
func (p *progress) of() *driver.Meter {
	if p == nil {
		return nil
	}
	return &p.meter
}

func (p *progress) run(after, every time.Duration) {
	wait := time.NewTimer(after)
	defer wait.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-wait.C:
			p.draw()
			wait.Reset(every)
		}
	}
}

func (p *progress) draw() {
	n, file := p.meter.Read()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return
	}
	p.drawn = true
	name := prose.Fit(prose.Safe(filepath.Base(file)), progressName)
	p.bar.draw(name, min(n, p.bar.total-1), time.Now())
}

// end takes the bar away, for good.
func (p *progress) end() {
	if p == nil {
		return
	}
	p.once.Do(func() { close(p.stop) })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.over = true
}

// clear makes room for a line of text. It is called with mu held.
func (p *progress) clear() {
	if p.drawn && !p.over {
		p.bar.clear()
	}
	p.drawn = false
}

// above is a terminal on which a bar may stand.
type above struct {
	p *progress
	w io.Writer
}

func (a *above) Write(b []byte) (int, error) {
	a.p.mu.Lock()
	defer a.p.mu.Unlock()
	a.p.clear()
	return a.w.Write(b)
}

// instead is a terminal from which a bar goes for good when something is written.
type instead struct {
	p *progress
	w io.Writer
}

func (i *instead) Write(b []byte) (int, error) {
	i.p.end()
	return i.w.Write(b)
}
