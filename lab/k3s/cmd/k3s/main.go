// Command k3s runs unmodified Kubernetes components in one process, behind k3s' own interface.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/sirupsen/logrus"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubectl's authentication plugins
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"

	"onprem-blog/lab/k3s/internal/config"
	"onprem-blog/lab/k3s/internal/server"
)

func main() {
	program, args := "", []string(nil)
	if len(os.Args) > 1 {
		program, args = os.Args[1], os.Args[2:]
	}
	var err error
	switch program {
	case "server", "agent":
		err = runNode(config.Mode(program), args)
	case "kubectl":
		runKubectl(args)
	case "token":
		err = manageTokens(args)
	case "certificate":
		err = certificate(args)
	case "secrets-encrypt":
		err = secretsEncrypt(args)
	case "check-config":
		err = checkConfig()
	default:
		err = fmt.Errorf("No help topic for '%s'", program) //nolint:staticcheck // k3s' own text
	}
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			logrus.Error(strings.TrimSpace(line))
		}
		logrus.Fatalf("Error: %s: see above", program)
	}
}

// runKubectl uses the admin's kubeconfig unless another one is named.
func runKubectl(args []string) {
	os.Args = append([]string{"kubectl"}, args...)
	named := os.Getenv("KUBECONFIG") != ""
	for _, argument := range args {
		named = named || strings.HasPrefix(argument, "--kubeconfig")
	}
	if !named {
		if err := os.Setenv("KUBECONFIG", config.KubeconfigPath); err != nil {
			logrus.Fatal(err)
		}
	}
	logs.GlogSetter(kubectl.GetLogVerbosity(os.Args))
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err)
	}
}

func secretsEncrypt(args []string) error {
	if len(args) == 0 || args[0] != "status" {
		return fmt.Errorf("secrets-encrypt %s: not part of this build of k3s", strings.Join(args, " "))
	}
	text, err := server.EncryptionStatus(config.DataDir(config.Server, args[1:], os.Getenv))
	fmt.Print(text)
	return err
}

// checkConfig looks for what the components need of the host.
func checkConfig() error {
	var missing []string
	for _, path := range []string{"/proc/sys/net/ipv4/ip_forward", "/sys/fs/cgroup", "/proc/self/ns/net"} {
		if _, err := os.Stat(path); err != nil {
			missing = append(missing, path)
		}
	}
	filesystems, err := os.ReadFile("/proc/filesystems")
	if err != nil {
		return err
	}
	if !strings.Contains(string(filesystems), "\toverlay\n") {
		missing = append(missing, "overlay file system (try: modprobe overlay)")
	}
	if len(missing) > 0 {
		return fmt.Errorf("missing: %s", strings.Join(missing, ", "))
	}
	fmt.Println("STATUS: pass")
	return nil
}
