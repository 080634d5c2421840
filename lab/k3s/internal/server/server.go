// Package server is the control plane: datastore, API server, controller manager, scheduler, and what k3s adds to them.
package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/sirupsen/logrus"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	"onprem-blog/lab/k3s/internal/config"
	"onprem-blog/lab/k3s/internal/token"
)

// startDeadline is how long the API server may take until it is ready, on the slowest of machines.
const startDeadline = 5 * time.Minute

// Server is one running control plane.
type Server struct {
	options   *config.Options
	manifests string
	ca        authorities
	passwords guardedPasswords
	store     store
	rest      *rest.Config
	client    kubernetes.Interface
}

// New prepares a server; packagedManifests is the folder of the manifests that k3s brings.
func New(options *config.Options, packagedManifests string) *Server {
	return &Server{options: options, manifests: packagedManifests}
}

// URL is where this machine reaches its own API server.
func (s *Server) URL() string { return fmt.Sprintf("https://127.0.0.1:%d", s.options.Port) }

// Token is what this machine's own node joins with.
func (s *Server) Token() string {
	return token.Format(s.ca.server.CertificatePEM, token.UserServer, s.passwords.get().server)
}

func (s *Server) path(name string) string { return filepath.Join(s.options.DataDir, "server", name) }

// Start returns when the API server is ready; everything runs until the context ends. A part that ends earlier ends the
// process, and systemd starts it again.
func (s *Server) Start(ctx context.Context) error {
	for _, folder := range []string{"tls", "cred", "db", "manifests"} {
		if err := os.MkdirAll(s.path(folder), 0o700); err != nil {
			return err
		}
	}
	if err := s.settlePasswords(); err != nil {
		return err
	}
	// The API server still writes while it ends: the datastore stays until the process does.
	endpoint, err := s.startDatastore(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	if err := s.loadBootstrap(ctx); err != nil {
		return err
	}
	if err := s.writeCertificates(); err != nil {
		return fmt.Errorf("certificates: %w", err)
	}
	if err := s.writeTokens(); err != nil {
		return err
	}
	if s.rest, err = clientcmd.BuildConfigFromFlags("", s.kubeconfig("admin")); err != nil {
		return err
	}
	if s.client, err = kubernetes.NewForConfig(s.rest); err != nil {
		return err
	}
	if err := s.startAPIServer(ctx, endpoint); err != nil {
		return fmt.Errorf("kube-apiserver: %w", err)
	}
	if err := s.saveBootstrap(ctx); err != nil {
		return err
	}
	if err := s.waitReady(ctx); err != nil {
		return err
	}
	logrus.Info("Kube API server is now running")
	watch(ctx, "kube-controller-manager", s.runControllerManager)
	watch(ctx, "kube-scheduler", s.runScheduler)
	watch(ctx, "manifests", s.deployManifests)
	watch(ctx, "node and service controllers", s.runControllers)
	return nil
}

// watch runs a part of the control plane, which may only end with the context.
func watch(ctx context.Context, name string, run func(context.Context) error) {
	go func() {
		err := run(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			err = errors.New("ended")
		}
		logrus.Fatalf("%s: %v", name, err)
	}()
}

func (s *Server) waitReady(ctx context.Context) error {
	pool := x509.NewCertPool()
	pool.AddCert(s.ca.server.Certificate)
	certificate, err := tls.LoadX509KeyPair(s.path("tls/client-admin.crt"), s.path("tls/client-admin.key"))
	if err != nil {
		return err
	}
	settings := &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{TLSClientConfig: settings}}
	ctx, cancel := context.WithTimeout(ctx, startDeadline)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/readyz", nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			err = errors.New(response.Status)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("kube-apiserver not ready: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}
