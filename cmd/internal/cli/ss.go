package cli

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"finwait/analyzer/driver"
	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/report/timelines"
	"finwait/analyzer/suggest"
	"finwait/analyzer/timeline"
	"finwait/reassembly/tcpstate"
)

func ssCommand() *command {
	return &command{
		name:  "ss",
		args:  "FILE",
		short: "the socket tables of the hosts at one moment, as ss and netstat would have shown them",
		long: `The columns are those of ss -tan, and so is the spelling of states. Recv-Q and Send-Q are there
where segments leave but one value, "-" elsewhere. Then come since when and how long the socket is in its
state ("> 9.8 s" is a stay that was not over when observation ended, "≤ 2.16 s" one that ended at some unknown
time before), the stream, and what was found of the connection.

-s counts them by state, as netstat -an | awk '{++S[$NF]} END {for (a in S) print a, S[a]}' does.
Sockets that sent no segment while captured, listening ones among them, are invisible.`,
		examples: []example{
			{"finwait ss a.pcap --at +1.5s", "the sockets 1.5 s after the first packet"},
			{"finwait ss a.pcap --at -5s --state close-wait", "those in CLOSE-WAIT, 5 s before the end"},
			{"finwait ss a.pcap --host 10.0.0.1 -s", "what netstat would have counted on that host at the end"},
			{"finwait ss --join ring.pcap* --at 2026-01-02T15:04:05Z --format jsonl", "for a program"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			s := new(ssRun)
			s.add(fs)
			return func(inv *invocation) (int, error) {
				s.job = job{invocation: inv, input: &s.in, output: &s.out, judge: &s.judging, brief: true}
				return s.run()
			}
		},
	}
}

// ssRun is one run of ss.
type ssRun struct {
	job
	in      inputFlags
	out     outputFlags
	judging judgeFlags

	at     momentFlag
	hosts  addresses
	states stateList
	counts bool
}

func (s *ssRun) add(fs *pflag.FlagSet) {
	var names []string
	for _, f := range timelines.Tables {
		names = append(names, f.Name)
	}
	s.out.add(fs, names, "text")
	s.at.FromEnd = true
	fs.Var(&s.at, "at", "the moment: a `TIME`, an offset from the first packet such as 1.5s, or from the end such as -5s; without it, the end of observation")
	fs.Var(&s.hosts, "host", "only the sockets of that `ADDRESS`; repeatable, or a,b")
	fs.Var(&s.states, "state", "only those in that `STATE`, as RFC 9293, ss or netstat spells it; repeatable, or a,b")
	fs.BoolVarP(&s.counts, "summary", "s", false, "count them by state, as netstat spells it")
	s.in.add(fs)
	s.judging.add(fs)
}

func (s *ssRun) run() (int, error) {
	if err := s.out.format.byName(s.invocation, s.out.path); err != nil {
		return 0, err
	}
	format := timelines.FindTable(s.out.format.value)
	moment := timeline.Moment{FromEnd: s.at.FromEnd, BeforeEnd: s.at.BeforeEnd}
	var table *timeline.Table
	s.began = func(first model.Time) {
		if !s.at.FromEnd {
			table.Moment.At = s.at.At(first)
		}
	}
	code, err := s.job.run(func(w io.Writer, style prose.Style) (model.Handler, error) {
		if len(s.captures) > 1 && !s.in.join {
			return nil, &usageError{text: fmt.Sprintf("ss takes one capture, not %d; --join makes one of several", len(s.captures))}
		}
		file := ""
		if len(s.captures) == 1 {
			file = s.captures[0]
		}
		write := format.Sockets
		if s.counts {
			write = format.Counts
		}
		options := timeline.TableOptions{Hosts: s.hosts.list, States: s.states.list, TimeWait: s.config.TimeWait}
		table = timeline.NewTable(moment, options, func(t *timeline.Table) error { return write(w, style, file, t) })
		return table, nil
	})
	if err == nil && (!format.Says || s.counts) && !s.out.quiet {
		s.errorf("finwait: note: %s\n", timelines.Invisible)
	}
	if err == nil && s.counts && !s.out.quiet {
		if loose := timelines.LooseCounts(table); loose != "" {
			s.errorf("finwait: note: %s\n", loose)
		}
	}
	return code, err
}

// momentFlag takes a moment of a capture.
type momentFlag struct {
	driver.Moment
	text string
}

func (m *momentFlag) Type() string   { return "TIME" }
func (m *momentFlag) String() string { return m.text }

func (m *momentFlag) Set(text string) (err error) {
	m.text = text
	m.Moment, err = driver.ParseMoment(text)
	return err
}

// addresses is a repeatable flag that takes IP addresses.
type addresses struct{ list []netip.Addr }

func (a *addresses) Type() string   { return "ADDRESS" }
func (a *addresses) String() string { return "" }

func (a *addresses) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		ip, err := netip.ParseAddr(strings.Trim(strings.TrimSpace(word), "[]"))
		if err != nil {
			return fmt.Errorf("%q is no IP address: write 10.0.0.1 or fd00::1, without a port", word)
		}
		a.list = append(a.list, ip)
	}
	return nil
}

// stateList is a repeatable flag that takes states.
type stateList struct{ list []tcpstate.State }

func (s *stateList) Type() string   { return "STATE" }
func (s *stateList) String() string { return "" }

func (s *stateList) Set(text string) error {
	for word := range strings.SplitSeq(text, ",") {
		state, ok := timeline.ParseState(strings.TrimSpace(word))
		if !ok {
			return fmt.Errorf("unknown state %q%s", word, suggest.OneOf(word, stateWords()))
		}
		if !slices.Contains(s.list, state) {
			s.list = append(s.list, state)
		}
	}
	return nil
}

// stateWords are the states as ss spells them, in lower case.
func stateWords() (words []string) {
	for _, s := range timeline.Spellings {
		words = append(words, strings.ToLower(s.SS))
	}
	return words
}
