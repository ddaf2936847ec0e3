package cli

import (
	"io"
	"time"

	"github.com/spf13/pflag"

	"finwait/analyzer/model"
	"finwait/analyzer/report/prose"
	"finwait/analyzer/report/timelines"
	"finwait/analyzer/timeline"
)

func timelineCommand() *command {
	return &command{
		name:  "timeline",
		args:  "FILE...",
		short: "how many sockets were in which state, over capture time",
		long: `A socket is one end of a connection. At each multiple of --step it counts those in each state:
what netstat would have counted on the hosts, and Grafana or Zabbix have drawn, but with the cause.
sockets counts each stay for as long as it can be told to have lasted; min leaves out those of
which only an upper bound is known, max lets those of which only a lower bound is known go on.
TIME-WAIT lasts --time-wait, or until its addresses and ports are used again.
Sockets that sent no segment while captured are invisible, and so is what comes and goes between two
multiples: report's worst moment has steps of its own, and may be one with more.

The default format is a chart. openmetrics and zabbix bring the counts into Prometheus and Zabbix:
see 'finwait help prometheus' and 'finwait help zabbix'.`,
		examples: []example{
			{"finwait timeline a.pcap", "a chart for the terminal"},
			{"finwait timeline --step 1s --format jsonl a.pcap | jq 'select(.state == \"CLOSE-WAIT\")'", "the rows of one state"},
			{"finwait timeline --by server --side server --where 'server.port == 443' captures/", "one service, a chart for each capture"},
			{"finwait timeline --join --format openmetrics -o a.om ring.pcap*", "the files of a rotated capture, for promtool"},
		},
		setup: func(fs *pflag.FlagSet) func(*invocation) (int, error) {
			t := new(timelineRun)
			t.add(fs)
			return func(inv *invocation) (int, error) {
				t.job = job{invocation: inv, input: &t.in, output: &t.out, judge: &t.judging, brief: true}
				return t.run()
			}
		},
	}
}

// timelineRun is one run of timeline.
type timelineRun struct {
	job
	in      inputFlags
	out     outputFlags
	judging judgeFlags

	by, side              choice
	step                  time.Duration
	zabbixHost, zabbixKey string
	format                timelines.Format
}

func (t *timelineRun) add(fs *pflag.FlagSet) {
	var names []string
	for _, f := range timelines.Formats {
		names = append(names, f.Name)
	}
	t.out.add(fs, names, "text")
	t.by = choice{"key", "host", []string{"host", "server", "none"}}
	t.side = choice{"side", "", []string{"client", "server"}}
	fs.VarP(&t.by, "by", "", "count together the sockets of each host, of the connections of each server endpoint, or all")
	fs.VarP(&t.side, "side", "", "only the sockets of that end")
	fs.DurationVar(&t.step, "step", 0, "count at each multiple of this `DURATION`; without it, of a round one that gives 60 to 120")
	fs.StringVar(&t.zabbixHost, "zabbix-host", "", "zabbix: count all for the `HOST` of that name; without it, each for the address of its own end")
	fs.StringVar(&t.zabbixKey, "zabbix-key", timelines.ZabbixKey, "zabbix: the `KEY` of items; {state} stands for the state")
	t.in.add(fs)
	t.in.jobs.add(fs)
	t.judging.add(fs)
}

func (t *timelineRun) run() (int, error) {
	if err := t.out.format.byName(t.invocation, t.out.path); err != nil {
		return 0, err
	}
	t.format = timelines.Find(t.out.format.value)
	t.unjudged = t.format.Plain
	options, err := t.options()
	if err != nil {
		return 0, err
	}
	code, err := t.job.run(func(w io.Writer, style prose.Style) (model.Handler, error) {
		if o, ok := w.(*output); ok && o.tty && t.format.Binary {
			return nil, &usageError{text: t.format.Name + " is nothing for a terminal: write to a file with -o, or to a pipe"}
		}
		options.TimeWait = t.config.TimeWait
		shape := timelines.Shape{
			By: options.By, Joined: t.in.join, Several: len(t.captures) > 1,
			ZabbixHost: t.zabbixHost, ZabbixKey: t.zabbixKey,
		}
		return timeline.NewHandler(*options, t.in.join, t.format.New(w, style, shape)), nil
	})
	if err == nil && !t.format.Says && !t.out.quiet {
		t.errorf("finwait: note: %s\n", timelines.Invisible)
	}
	return code, err
}

// options finds what pflag cannot.
func (t *timelineRun) options() (*timeline.Options, error) {
	if t.flags.Changed("step") && t.step <= 0 {
		return nil, &usageError{text: "--step must be more than 0: write 100ms, 1s or 5m, or leave it out"}
	}
	o := &timeline.Options{Side: t.side.value, Step: t.step, Causes: !t.unjudged}
	switch t.by.value {
	case "server":
		o.By = timeline.ByServer
	case "none":
		o.By = timeline.ByNone
	}
	switch t.format.Name {
	case "openmetrics":
		if o.Whole = timelines.OpenMetricsStep; t.step%o.Whole != 0 {
			return nil, &usageError{text: "Prometheus stores milliseconds: with --format openmetrics write a --step of 1ms, or a multiple of it"}
		}
	case "zabbix":
		if t.by.value != "host" {
			return nil, &usageError{text: "--format zabbix counts by host: leave --by out, or name one host with --zabbix-host"}
		}
		if o.Summed = true; t.zabbixHost != "" {
			o.By = timeline.ByNone
		}
	}
	return o, nil
}
