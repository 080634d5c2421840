// Command launcher is what stands at /usr/local/bin/k3s: it unpacks what it carries once, and runs it.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"onprem-blog/lab/k3s/internal/config"
	"onprem-blog/lab/k3s/internal/payload"
	"onprem-blog/lab/k3s/internal/version"
)

const usage = `NAME:
   k3s - Kubernetes, but small and simple

USAGE:
   k3s [global options] command [command options]

COMMANDS:
   server           Run management server
   agent            Run node agent
   kubectl          Run kubectl
   crictl           Run crictl
   ctr              Run ctr
   token            Manage tokens
   certificate      Manage K3s certificates
   secrets-encrypt  Control secrets encryption
   check-config     Run config check

GLOBAL OPTIONS:
   --version, -v  print the version
   --help, -h     show help
`

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "k3s:", err)
		os.Exit(1)
	}
}

func run() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	file, err := os.Open(self)
	if err != nil {
		return err
	}
	carried, err := payload.Open(file)
	if err != nil {
		return err
	}

	program, args := command(os.Args)
	switch program {
	case "", "help", "--help", "-h":
		fmt.Print(usage)
		return nil
	case "--version", "-v":
		fmt.Print(version.Banner(carried.ID()[:8]))
		return nil
	}

	dataDir, err := chooseDataDir(carried, program, args)
	if err != nil {
		return err
	}
	folder, err := carried.Extract(dataDir)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	bin := filepath.Join(folder, "bin")
	// Set, not appended to a copy: of two entries of one name the first counts.
	if err := os.Setenv("PATH", bin+":"+os.Getenv("PATH")); err != nil {
		return err
	}
	defaults, name, argv := map[string]string{}, program, append([]string{program}, args...)
	switch program {
	case "ctr":
		defaults["CONTAINERD_ADDRESS"] = "/run/k3s/containerd/containerd.sock"
		defaults["CONTAINERD_NAMESPACE"] = "k8s.io"
	case "crictl":
		defaults["CRI_CONFIG_FILE"] = filepath.Join(dataDir, "agent/etc/crictl.yaml")
	default:
		name, argv = "k3s", append([]string{self}, argv...)
	}
	for variable, value := range defaults {
		if os.Getenv(variable) != "" {
			continue
		}
		if err := os.Setenv(variable, value); err != nil {
			return err
		}
	}
	return syscall.Exec(filepath.Join(bin, name), argv, os.Environ())
}

// command is the program asked for, by a symlink's name or by the first argument.
func command(arguments []string) (string, []string) {
	switch name := filepath.Base(arguments[0]); name {
	case "kubectl", "crictl", "ctr":
		return name, arguments[1:]
	}
	if len(arguments) < 2 {
		return "", nil
	}
	return arguments[1], arguments[2:]
}

// chooseDataDir is the configured one; a user who may not write there gets one at home, unless root has unpacked already.
func chooseDataDir(carried *payload.Payload, program string, args []string) (string, error) {
	mode := config.Mode(program)
	if mode != config.Server && mode != config.Agent {
		mode, args = config.Server, nil
	}
	dataDir := config.DataDir(mode, args, os.Getenv)
	if os.Geteuid() == 0 {
		return dataDir, nil
	}
	if _, err := os.Stat(filepath.Join(dataDir, "data", carried.ID(), "bin")); err == nil {
		return dataDir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.Join(errors.New("not root, and no home directory to unpack to"), err)
	}
	return filepath.Join(home, ".rancher", "k3s"), nil
}
