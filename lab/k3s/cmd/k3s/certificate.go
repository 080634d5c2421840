package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"onprem-blog/lab/k3s/internal/certificates"
	"onprem-blog/lab/k3s/internal/config"
)

// names is a flag that can be given several times, or once with commas.
type names []string

func (n *names) String() string { return strings.Join(*n, ",") }

func (n *names) Set(value string) error {
	*n = append(*n, strings.Split(value, ",")...)
	return nil
}

// certificate is `k3s certificate rotate` and `k3s certificate check`.
func certificate(args []string) error {
	subcommand := ""
	if len(args) > 0 {
		subcommand, args = args[0], args[1:]
	}
	var services names
	flags := newFlags("certificate " + subcommand)
	dataDir := stringFlag(flags, config.DataDir(config.Server, nil, os.Getenv), "data-dir", "d")
	flags.Var(&services, "service", "")
	flags.Var(&services, "s", "")
	output := stringFlag(flags, "text", "output", "o")
	switch subcommand {
	case "rotate", "check":
	default:
		return fmt.Errorf("certificate %s: not part of this build of k3s", subcommand)
	}
	if err := parse(flags, args); err != nil {
		return err
	}
	if subcommand == "rotate" {
		return certificates.Rotate(*dataDir, services, time.Now())
	}
	return certificates.Check(*dataDir, services, *output, os.Stdout, time.Now())
}

// newFlags leaves it to main to print what is wrong.
func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// stringFlag is one setting under several names.
func stringFlag(flags *flag.FlagSet, byDefault string, names ...string) *string {
	value := new(string)
	for _, name := range names {
		flags.StringVar(value, name, byDefault, "")
	}
	return value
}

func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s: unexpected argument %q", flags.Name(), flags.Arg(0))
	}
	return nil
}
