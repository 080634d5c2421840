package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/sirupsen/logrus"
	"github.com/spf13/pflag"
	genericapiserver "k8s.io/apiserver/pkg/server"
	cliflag "k8s.io/component-base/cli/flag"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	"k8s.io/kubernetes/cmd/kube-apiserver/app/options"
)

// parseFlags sets a component's options from its own command line.
func parseFlags(name string, sets cliflag.NamedFlagSets, defaults, extra []string) error {
	all := pflag.NewFlagSet(name, pflag.ContinueOnError)
	for _, set := range sets.FlagSets {
		all.AddFlagSet(set)
	}
	arguments := defaults
	for _, argument := range extra {
		arguments = append(arguments, "--"+argument)
	}
	if err := all.Parse(arguments); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (s *Server) apiServerFlags(datastore string) ([]string, error) {
	o, tls := s.options, s.path("tls")
	flags := []string{
		"--etcd-servers=" + datastore,
		"--bind-address=" + o.BindAddress,
		"--secure-port=" + strconv.Itoa(o.Port),
		"--advertise-address=" + o.AdvertiseAddress,
		"--service-cluster-ip-range=" + o.ServiceCIDR,
		"--service-node-port-range=" + o.ServiceNodePortRange,
		"--tls-cert-file=" + tls + "/serving-kube-apiserver.crt",
		"--tls-private-key-file=" + tls + "/serving-kube-apiserver.key",
		"--client-ca-file=" + tls + "/client-ca.crt",
		"--kubelet-certificate-authority=" + tls + "/server-ca.crt",
		"--kubelet-client-certificate=" + tls + "/client-kube-apiserver.crt",
		"--kubelet-client-key=" + tls + "/client-kube-apiserver.key",
		"--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
		"--requestheader-client-ca-file=" + tls + "/request-header-ca.crt",
		"--requestheader-allowed-names=system:auth-proxy",
		"--requestheader-extra-headers-prefix=X-Remote-Extra-",
		"--requestheader-group-headers=X-Remote-Group",
		"--requestheader-username-headers=X-Remote-User",
		"--proxy-client-cert-file=" + tls + "/client-auth-proxy.crt",
		"--proxy-client-key-file=" + tls + "/client-auth-proxy.key",
		"--service-account-issuer=https://kubernetes.default.svc." + o.ClusterDomain,
		"--api-audiences=https://kubernetes.default.svc." + o.ClusterDomain + ",k3s",
		"--service-account-key-file=" + tls + "/service.key",
		"--service-account-signing-key-file=" + tls + "/service.key",
		"--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction",
		"--enable-bootstrap-token-auth=true",
		"--allow-privileged=true",
		"--profiling=false",
		// Traffic to aggregated APIs goes to pods: the server's machine reaches them, Service addresses need kube-proxy.
		"--enable-aggregator-routing=true",
		"--lease-reuse-duration-seconds=300",
	}
	if o.SecretsEncryption {
		path, err := s.writeEncryptionConfig()
		if err != nil {
			return nil, err
		}
		flags = append(flags, "--encryption-provider-config="+path, "--encryption-provider-config-automatic-reload=true")
	}
	return flags, nil
}

// startAPIServer builds the API server from its own options and runs it. Its command is not used, since that sets up
// signal handlers, which can be done only once in a process.
func (s *Server) startAPIServer(ctx context.Context, datastore string) error {
	o := options.NewServerRunOptions()
	defaults, err := s.apiServerFlags(datastore)
	if err != nil {
		return err
	}
	if err := parseFlags("kube-apiserver", o.Flags(), defaults, s.options.APIServerArgs); err != nil {
		return err
	}
	if err := o.GenericServerRunOptions.ComponentGlobalsRegistry.Set(); err != nil {
		return err
	}
	completed, err := o.Complete(ctx)
	if err != nil {
		return err
	}
	if faults := completed.Validate(); len(faults) > 0 {
		return errors.Join(faults...)
	}
	build, err := apiserver.NewConfig(completed)
	if err != nil {
		return err
	}
	// Nodes join on the API's own port, in front of its filters.
	chain := build.Aggregator.GenericConfig.BuildHandlerChainFunc
	build.Aggregator.GenericConfig.BuildHandlerChainFunc = func(handler http.Handler, c *genericapiserver.Config) http.Handler {
		return s.supervisor(chain(handler, c))
	}
	ready, err := build.Complete()
	if err != nil {
		return err
	}
	aggregator, err := apiserver.CreateServerChain(ready)
	if err != nil {
		return err
	}
	prepared, err := aggregator.PrepareRun()
	if err != nil {
		return err
	}
	logrus.Infof("Running kube-apiserver on port %d", s.options.Port)
	watch(ctx, "kube-apiserver", func(ctx context.Context) error { return prepared.Run(ctx) })
	return nil
}
