package agent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"text/template"
	"time"

	"github.com/sirupsen/logrus"

	"onprem-blog/lab/k3s/internal/pki"
)

const (
	containerdState   = "/run/k3s/containerd"
	containerdSocket  = containerdState + "/containerd.sock"
	containerdTimeout = 2 * time.Minute
)

// containerdConfig: AppArmor and a systemd cgroup driver need a host of their own; what runs in a container can set no
// negative OOM score, hence restrict_oom_score_adj.
var containerdConfig = template.Must(template.New("config.toml").Parse(`version = 3
root = {{ printf "%q" .Root }}
state = {{ printf "%q" .State }}
oom_score = {{ .OOMScore }}
disabled_plugins = [
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.erofs",
  "io.containerd.differ.v1.erofs",
  "io.containerd.tracing.processor.v1.otlp",
  "io.containerd.internal.v1.tracing",
  "io.containerd.nri.v1.nri",
]

[grpc]
  address = {{ printf "%q" .Socket }}

[plugins."io.containerd.cri.v1.images"]
  snapshotter = {{ printf "%q" .Snapshotter }}

  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = {{ printf "%q" .PauseImage }}

  [plugins."io.containerd.cri.v1.images".registry]
    config_path = {{ printf "%q" .Registries }}

[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  enable_selinux = false
  disable_apparmor = true

  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = [{{ printf "%q" .Bin }}]
    conf_dir = {{ printf "%q" .CNI }}

  [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"

    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
      SystemdCgroup = false
{{ .RegistryAuth }}`))

func (a *Agent) writeContainerdConfig() (string, error) {
	registries, err := readRegistries(a.options.RegistriesFile)
	if err != nil {
		return "", err
	}
	if err := writeHosts(a.path("etc/containerd/certs.d"), registries); err != nil {
		return "", err
	}
	var text strings.Builder
	err = containerdConfig.Execute(&text, map[string]any{
		"Root":         a.path("containerd"),
		"State":        containerdState,
		"Socket":       containerdSocket,
		"OOMScore":     oomScore(-999),
		"Snapshotter":  a.options.Snapshotter,
		"PauseImage":   a.options.PauseImage,
		"Registries":   a.path("etc/containerd/certs.d"),
		"RegistryAuth": registries.authLines(),
		// Links to the running version's programs: pods made now must find their plugins after an upgrade.
		"Bin": filepath.Join(a.options.DataDir, "data/current/bin"),
		"CNI": a.path("etc/cni/net.d"),
	})
	if err != nil {
		return "", err
	}
	path := a.path("etc/containerd/config.toml")
	if err := pki.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		return "", err
	}
	crictl := fmt.Sprintf("runtime-endpoint: unix://%[1]s\nimage-endpoint: unix://%[1]s\n", containerdSocket)
	return path, pki.WriteFile(a.path("etc/crictl.yaml"), []byte(crictl), 0o644)
}

// startContainerd runs containerd as a child, waits until it answers, and imports the air-gap images.
func (a *Agent) startContainerd(ctx context.Context) error {
	config, err := a.writeContainerdConfig()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(containerdState, 0o711); err != nil {
		return err
	}
	log, err := os.OpenFile(a.path("containerd/containerd.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	command := exec.Command(filepath.Join(a.bin, "containerd"), "--config", config)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = dieWithParent()

	started, ended := make(chan error, 1), make(chan error, 1)
	a.children.Add(1)
	go func() {
		defer a.children.Done()
		// The kernel ends the child when the thread that forked it ends, so that thread must stay.
		runtime.LockOSThread()
		err := command.Start()
		started <- err
		if err != nil {
			return
		}
		err = command.Wait()
		ended <- err
		fatal(ctx, "containerd", err)
	}()
	if err := <-started; err != nil {
		return err
	}
	logrus.Infof("Running containerd, logging to %s", log.Name())
	go func() {
		<-ctx.Done()
		if err := command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
			logrus.Warnf("stopping containerd: %v", err)
		}
	}()
	if err := a.waitContainerd(ctx, ended); err != nil {
		return err
	}
	logrus.Info("containerd is now running")
	return a.importImages(ctx)
}

func (a *Agent) waitContainerd(ctx context.Context, ended <-chan error) error {
	ctx, cancel := context.WithTimeout(ctx, containerdTimeout)
	defer cancel()
	for {
		connection, err := net.Dial("unix", containerdSocket)
		if err == nil {
			_ = connection.Close()
			if _, err = a.ctr(ctx, nil, "version"); err == nil {
				return nil
			}
		}
		select {
		case end := <-ended:
			return fmt.Errorf("ended: %w", end)
		case <-ctx.Done():
			return fmt.Errorf("does not answer: %w", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ctr runs containerd's own client in Kubernetes' namespace, and gives what it prints.
func (a *Agent) ctr(ctx context.Context, input io.Reader, arguments ...string) (string, error) {
	arguments = append([]string{"--address", containerdSocket, "--namespace", "k8s.io"}, arguments...)
	command := exec.CommandContext(ctx, filepath.Join(a.bin, "ctr"), arguments...)
	var faults strings.Builder
	command.Stdin, command.Stderr = input, &faults
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(faults.String()))
	}
	return string(output), nil
}
