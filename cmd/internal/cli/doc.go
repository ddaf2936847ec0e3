// Package cli is finwait's command line: commands, flags, exit codes, and
// nothing that looks at packets. It is the only user of pflag.
//
// A command is a value of type command in a file of its own. Help texts, the
// manual and the completions are all made from these values.
package cli
