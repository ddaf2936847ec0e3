package main

import (
	"os"

	"finwait/cmd/internal/cli"
)

func main() {
	frugal()
	command := cli.Command{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	os.Exit(command.Main(os.Args[1:]))
}
