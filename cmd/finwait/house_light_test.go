package main

import (
	"os/exec"
	"strings"
	"testing"
)

// weights are libraries that the program does without: each takes seconds of the first
// build or milliseconds of every start. Tests may use them. (gopacket, whose tables of
// layers take 5 ms of every start, stays: pcapgo reads captures.)
var weights = []string{
	"github.com/parquet-go/", // with protobuf and brotli a fifth of the first build
	"github.com/apache/arrow-go",
	"github.com/rogpeppe/go-internal",
	"github.com/santhosh-tekuri/",
	"github.com/itchyny/",
	"google.golang.org/protobuf",
	"golang.org/x/net/h", // pcapgo brings x/net/bpf; html and http2 are what is large
	"golang.org/x/text",
	"golang.org/x/tools",
}

func TestProgramIsLight(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 50 {
		t.Fatalf("only %d packages", len(packages))
	}
	for _, pkg := range packages {
		for _, weight := range weights {
			if strings.HasPrefix(pkg, weight) {
				t.Errorf("the program imports %s", pkg)
			}
		}
	}
}
