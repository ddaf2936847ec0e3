//go:build record

// Damage runs finwait over captures that it damages, see cmd/internal/mass, which this
// starts: only what stands below cmd may call the command's own package. From the top of
// the module:
//
//	go run -tags record ./testdata/record/damage [-for 10m] [-seed N] [-out DIR] CAPTURE…
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

func main() {
	cmd := exec.Command("go", append([]string{"run", "-tags", "record", "./cmd/internal/mass"}, os.Args[1:]...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil:
		fmt.Fprintln(os.Stderr, "damage:", err)
		os.Exit(1)
	}
}
