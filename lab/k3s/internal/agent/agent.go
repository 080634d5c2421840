// Package agent is a node: it joins the server, then runs containerd, kubelet, kube-proxy and the routes between nodes.
package agent

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"

	"onprem-blog/lab/k3s/internal/config"
	"onprem-blog/lab/k3s/internal/join"
)

// Agent is one node.
type Agent struct {
	options   *config.Options
	bin       string
	serverURL string
	token     string
	cluster   *join.Reply
	// children are the processes to wait for at the end.
	children sync.WaitGroup
}

// New prepares a node. bin is the folder of the programs that k3s brings.
func New(options *config.Options, bin string) *Agent {
	return &Agent{options: options, bin: bin}
}

func (a *Agent) path(name string) string { return filepath.Join(a.options.DataDir, "agent", name) }

// StartRuntime starts containerd and imports the air-gap images; it needs no server.
func (a *Agent) StartRuntime(ctx context.Context) error {
	for _, folder := range []string{"", "containerd", "etc/containerd", "etc/cni/net.d", "etc/kubelet.conf.d", "images", "pod-manifests"} {
		if err := os.MkdirAll(a.path(folder), 0o700); err != nil {
			return err
		}
	}
	if err := a.startContainerd(ctx); err != nil {
		return fmt.Errorf("containerd: %w", err)
	}
	return nil
}

// Join asks the server for the node's configuration, with a token, until it has it.
func (a *Agent) Join(ctx context.Context, serverURL, tokenText string) error {
	a.serverURL, a.token = serverURL, tokenText
	return a.joinCluster(ctx)
}

// StartNode returns when the kubelet and kube-proxy run; the node has joined, and has its runtime.
func (a *Agent) StartNode(ctx context.Context) error {
	if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1\n"), 0o644); err != nil {
		return fmt.Errorf("pods could reach nothing: %w", err)
	}
	if err := a.startNetwork(ctx); err != nil {
		return err
	}
	if err := a.startKubelet(ctx); err != nil {
		return fmt.Errorf("kubelet: %w", err)
	}
	if err := a.keepLabels(ctx); err != nil {
		return err
	}
	return a.startProxy(ctx)
}

// Wait returns when containerd has ended; containers go on under their shims.
func (a *Agent) Wait() { a.children.Wait() }

// oomScore is the score for daemons that should outlive pods, or 0 where this machine does not let us set it (a
// container without CAP_SYS_RESOURCE).
func oomScore(wanted int) int {
	const own = "/proc/self/oom_score_adj"
	before, err := os.ReadFile(own)
	if err != nil {
		return 0
	}
	if err := os.WriteFile(own, []byte(fmt.Sprint(wanted)), 0o644); err != nil {
		return 0
	}
	if err := os.WriteFile(own, before, 0o644); err != nil {
		logrus.Warnf("%s: %v", own, err)
	}
	return wanted
}

// fatal ends the process for a part that ended early; systemd starts it again. The kubelet hears signals itself, and may
// be through before the context is.
func fatal(ctx context.Context, name string, err error) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Second):
		logrus.Fatalf("%s ended: %v", name, err)
	}
}

// dieWithParent makes a child end when this process does, however it does.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
}
