package cli

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"

	"github.com/spf13/pflag"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/pair"
	"finwait/analyzer/query"
	"finwait/analyzer/report/pairs"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/rules"
	"finwait/reassembly/capture"
)

func pairCommand() *command {
	return &command{
		name:  "pair",
		args:  "A B",
		short: "two captures of the same traffic, one from each end: what became of each segment between them",
		long: `A and B were captured at the same time at two places, usually both hosts. Their clocks may differ:
by how much follows from the segments that are in both. Connections are found in both by addresses, ports
and sequence numbers; where addresses are translated in between, by what translation leaves alone.

What one capture holds and the other does not was lost on the way, or forged there, or not captured: a
segment that its receiver acknowledged did arrive. Nothing is called lost or forged outside the time that
both captures cover. 'finwait help pairs' says what proves what.

One of both may be standard input (-), which goes to a temporary file: it is read twice, as captures are.
A directory is one capture, of which its files are the parts; with --each the files of two directories
are compared one by one, those of the same name or else of the same content. --where asks for the fields of
the records that jsonl writes: 'finwait schema pair-flow' describes them.`,
		examples: []example{
			{"finwait pair client.pcap server.pcap", "network or host, and which direction?"},
			{"finwait pair --segments --format jsonl client.pcap server.pcap", "for a program: what became of each segment"},
			{`finwait pair --where 'segments["client-to-server"].lost > 0' client.pcap server.pcap`, "the connections that lost something on the way to the server"},
			{"finwait pair --format html -o path.html client.pcap server.pcap", "as a page to pass on"},
			{"finwait pair --each at-clients/ at-servers/", "many captures"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			var in inputFlags
			var out outputFlags
			var judge judgeFlags
			p := &pairRun{}
			out.add(fs, pairs.Formats, "text")
			fs.BoolVar(&p.segments, "segments", false, "in jsonl and json, what became of each segment, behind its connection")
			fs.BoolVar(&p.each, "each", false, "compare the files of two directories one by one, by name or content")
			fs.Var(&p.where, "where", "only connections for which `EXPR` holds, over the fields of pair --format jsonl; repeatable")
			in.addPackets(fs)
			judge.add(fs)
			return func(inv *invocation) (int, error) {
				if err := out.format.byName(inv, out.path); err != nil {
					return 0, err
				}
				p.job = &job{invocation: inv, input: &in, output: &out, judge: &judge}
				return p.run()
			}
		},
	}
}

// pairRun is one run of pair.
type pairRun struct {
	*job
	segments, each bool
	where          pairWheres
	config         *model.Config
	spool          *spool // of standard input; nil where it is not read
}

// pairWheres is a repeatable flag that takes conditions on connections of two captures.
type pairWheres struct{ list []*query.Query }

func (w *pairWheres) Type() string   { return "EXPR" }
func (w *pairWheres) String() string { return "" }

func (w *pairWheres) Set(text string) error {
	q, err := query.CompileFor(reflect.TypeFor[pair.Flow](), text, rules.All)
	if err != nil {
		return errors.New(query.Explain(err))
	}
	w.list = append(w.list, q)
	return nil
}

// keep reports whether all conditions hold.
func (w *pairWheres) keep(f *pair.Flow) (bool, error) {
	for _, q := range w.list {
		if ok, err := q.MatchAny(f); !ok || err != nil {
			if err != nil {
				err = &usageError{text: "--where: " + query.Explain(err), hint: "'finwait schema pair-flow' describes the fields."}
			}
			return false, err
		}
	}
	return true, nil
}

func (p *pairRun) run() (int, error) {
	if len(p.args) != 2 {
		return 0, &usageError{text: "pair takes two captures of the same traffic: A and B"}
	}
	if err := p.keepStdin(); err != nil {
		return 0, err
	}
	if p.spool != nil {
		defer func() { _ = p.spool.file.Close() }() // a temporary file
		if p.ctx.Err() != nil {
			return exitInterrupted, nil
		}
	}
	if p.each && p.output.format.value == "html" {
		return 0, &usageError{text: "--each compares many captures, and html is a page about two"}
	}
	if err := p.input.check(); err != nil {
		return 0, err
	}
	var err error
	if p.config, err = p.judge.load(); err != nil {
		return 0, err
	}
	var files [2][]string
	for i, arg := range p.args {
		paths, skipped, err := capture.Files(p.ctx, []string{arg})
		p.skipped(skipped, p.output.quiet)
		if err != nil {
			p.problem(err)
			return exitInput, nil
		}
		for _, file := range paths {
			if file != "-" && driver.IsPipe(file) {
				return 0, &usageError{text: prose.Safe(file) + " can be read only once, and pair reads twice"}
			}
		}
		files[i] = paths
	}
	if err := p.refuseOverwrite(p.output.path, slices.Concat(files[0], files[1], p.judge.read)); err != nil {
		return 0, err
	}
	return p.write(files)
}

// keepStdin reads standard input to its end, where it is one of the captures.
func (p *pairRun) keepStdin() (err error) {
	switch a, b := p.args[0] == "-", p.args[1] == "-"; {
	case !a && !b:
		return nil
	case a && b:
		return &usageError{text: "A and B cannot both be standard input"}
	case p.each:
		return &usageError{text: "--each compares the files of two directories: standard input (-) is none"}
	}
	if p.spool, err = newSpool(p.Stdin); err != nil {
		return err
	}
	read := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, p.spool)
		read <- err
	}()
	select {
	case err = <-read:
	case <-p.ctx.Done():
	}
	return err
}

// write compares the captures, or each of them, and writes what that says.
func (p *pairRun) write(files [2][]string) (int, error) {
	out, err := openOutput(p.output.path, p.Stdout)
	if err != nil {
		return 0, fmt.Errorf("output: %w", err)
	}
	code := exitOK
	if !p.each {
		code, err = p.compare(out, pairs.Names{A: p.args[0], B: p.args[1]}, files)
	} else {
		code, err = p.compareEach(out, files)
	}
	var usage *usageError
	if errors.As(err, &usage) {
		return 0, errors.Join(err, out.finish(false))
	}
	if finishErr := out.finish(err == nil && code != exitInterrupted); err == nil {
		err = finishErr
	}
	return writeCode(code, err)
}

// compare compares two captures.
func (p *pairRun) compare(w io.Writer, names pairs.Names, files [2][]string) (int, error) {
	options := pair.Options{Driver: p.input.options(), Segments: p.segments}
	options.Driver.Problem, options.Driver.Config = p.problem, p.config
	if p.spool != nil {
		options.Stdin = p.spool.file.Again
	}
	if len(p.where.list) > 0 {
		options.Keep = p.where.keep
	}
	r, err := pair.Run(p.ctx, files[0], files[1], options)
	switch {
	case errors.Is(err, pair.ErrUnreadable):
		return exitInput, nil
	case err != nil:
		return 0, err
	}
	if r.Matched == 0 && r.OnlyA+r.OnlyB > 0 && len(p.where.list) == 0 && !p.output.quiet {
		p.errorf("finwait: warning: no connection is in both %s and %s\n", prose.Safe(names.A), prose.Safe(names.B))
	}
	style := p.output.style(p.styled(w), p.Stdout)
	found, err := pairs.Write(w, p.output.format.value, names, r, style)
	code := pairCode(r, p.input.strict)
	if failOn := p.output.failOn.severity(); code == exitOK && failOn != model.NoSeverity && atLeast(&found, failOn) {
		code = exitFindings
	}
	return code, errors.Join(err, r.Close())
}

// styled returns the output that w is.
func (p *pairRun) styled(w io.Writer) *output {
	o, _ := w.(*output)
	return o
}

// compareEach compares the captures of two directories one by one.
func (p *pairRun) compareEach(out *output, files [2][]string) (int, error) {
	code := exitOK
	list := p.couples(files)
	isJSON := p.output.format.value == "json"
	for i, c := range list {
		separator := ""
		switch {
		case isJSON:
			separator = [...]string{"[\n", ","}[min(i, 1)]
		case i > 0 && p.output.format.value != "jsonl":
			separator = "\n"
		}
		if _, err := io.WriteString(out, separator); err != nil {
			return code, err
		}
		one, err := p.compare(out, pairs.Names{A: c[0], B: c[1]}, [2][]string{{c[0]}, {c[1]}})
		if err != nil {
			return code, err
		}
		if code = max(code, one); one == exitInterrupted {
			return one, nil
		}
	}
	if isJSON {
		end := "]\n"
		if len(list) == 0 {
			end = "[]\n"
		}
		_, err := io.WriteString(out, end)
		return code, err
	}
	return code, nil
}

// pairCode is the exit code for how the captures could be read.
func pairCode(r *pair.Result, strict bool) int {
	code := exitOK
	for _, o := range r.Outcomes {
		switch {
		case o == nil:
		case o.Interrupted:
			return exitInterrupted
		case o.Unreadable > 0, strict && o.CutShort > 0:
			code = exitInput
		}
	}
	return code
}

// atLeast reports whether there are findings of a severity or a graver one.
func atLeast(s *model.Severities, least model.Severity) bool {
	return s.Error > 0 || s.Warning > 0 && least <= model.Warning || s.Info > 0 && least <= model.Info
}
