package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/sirupsen/logrus"
	logsapi "k8s.io/component-base/logs/api/v1"

	"onprem-blog/lab/k3s/internal/agent"
	"onprem-blog/lab/k3s/internal/config"
	"onprem-blog/lab/k3s/internal/server"
	"onprem-blog/lab/k3s/internal/token"
	"onprem-blog/lab/k3s/internal/version"
)

// runNode runs `k3s server` or `k3s agent` until SIGTERM or SIGINT.
func runNode(mode config.Mode, args []string) error {
	values, err := config.Read(mode, args, os.Getenv)
	if err != nil {
		return err
	}
	options, err := config.Complete(mode, values)
	if err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return errors.New("must run as root unless --rootless is specified")
	}
	if options.Debug {
		logrus.SetLevel(logrus.DebugLevel)
	}
	for _, warning := range options.Warnings {
		logrus.Warn(warning)
	}
	// The components share a process, and each wants to set up its logging.
	logsapi.ReapplyHandling = logsapi.ReapplyHandlingIgnoreUnchanged
	// The kubelet would tell systemd that it is ready before the node is.
	notify := os.Getenv("NOTIFY_SOCKET")
	if err := os.Unsetenv("NOTIFY_SOCKET"); err != nil {
		return err
	}

	executable, err := os.Executable()
	if err != nil {
		return err
	}
	bin := filepath.Dir(executable)
	logrus.Infof("Starting %s %s", version.Program, version.Version)
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()

	node := agent.New(options, bin)
	start, ready := startAgent, "k3s agent is up and running"
	if mode == config.Server {
		start, ready = startServer, "k3s is up and running"
	}
	if err := start(ctx, options, node, filepath.Join(filepath.Dir(bin), "manifests")); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	if err := node.StartNode(ctx); err != nil {
		return err
	}
	logrus.Info(ready)
	if err := notifyReady(notify); err != nil {
		return err
	}
	<-ctx.Done()
	node.Wait()
	return nil
}

// startServer starts the control plane, and the machine's own container runtime at the same time.
func startServer(ctx context.Context, options *config.Options, node *agent.Agent, manifests string) error {
	runtime := make(chan error, 1)
	go func() { runtime <- node.StartRuntime(ctx) }()
	control := server.New(options, manifests)
	if err := control.Start(ctx); err != nil {
		return fmt.Errorf("preparing server: %w", err)
	}
	if err := node.Join(ctx, control.URL(), control.Token()); err != nil {
		return err
	}
	return <-runtime
}

// startAgent joins first: a machine that may not join is left as it was.
func startAgent(ctx context.Context, options *config.Options, node *agent.Agent, _ string) error {
	joinToken := options.Token
	if joinToken == "" {
		var err error
		if joinToken, err = token.FromFile(options.TokenFile); err != nil {
			return err
		}
	}
	if err := node.Join(ctx, options.ServerURL, joinToken); err != nil {
		return err
	}
	return node.StartRuntime(ctx)
}

func notifyReady(socket string) error {
	if socket == "" {
		return nil
	}
	if err := os.Setenv("NOTIFY_SOCKET", socket); err != nil {
		return err
	}
	_, err := daemon.SdNotify(true, daemon.SdNotifyReady)
	return err
}
