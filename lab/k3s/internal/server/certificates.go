package server

import (
	"fmt"
	"os"
	"path/filepath"

	"onprem-blog/lab/k3s/internal/config"
	"onprem-blog/lab/k3s/internal/join"
	"onprem-blog/lab/k3s/internal/pki"
)

// authorities are the cluster's three certificate authorities.
type authorities struct {
	server, client, requestHeader *pki.Pair
}

// writeCertificates makes what is missing under `server/tls` and the kubeconfigs of the control plane's parts.
func (s *Server) writeCertificates() error {
	tls := s.path("tls")
	var err error
	for _, authority := range []struct {
		name string
		pair **pki.Pair
	}{
		{"server-ca", &s.ca.server},
		{"client-ca", &s.ca.client},
		{"request-header-ca", &s.ca.requestHeader},
	} {
		if *authority.pair, err = pki.EnsureCA(tls, authority.name); err != nil {
			return err
		}
	}
	names, err := s.servingNames()
	if err != nil {
		return err
	}
	for _, leaf := range []struct {
		name    string
		ca      *pki.Pair
		subject pki.Subject
	}{
		{"serving-kube-apiserver", s.ca.server, pki.Subject{CommonName: "kube-apiserver", Names: names}},
		{"client-kube-apiserver", s.ca.client, pki.Subject{CommonName: "system:apiserver", Organizations: []string{"system:masters"}}},
		{"client-auth-proxy", s.ca.requestHeader, pki.Subject{CommonName: "system:auth-proxy"}},
	} {
		if _, err := pki.EnsureLeaf(filepath.Join(tls, leaf.name), leaf.ca, leaf.subject); err != nil {
			return err
		}
	}
	if _, _, err := pki.EnsureKey(filepath.Join(tls, "service.key")); err != nil {
		return err
	}
	return s.writeKubeconfigs()
}

// servingNames are the names and addresses under which the API may be called.
func (s *Server) servingNames() ([]string, error) {
	first, err := config.AddressInCIDR(s.options.ServiceCIDR, 1)
	if err != nil {
		return nil, err
	}
	service := "kubernetes.default.svc"
	names := []string{
		"kubernetes", "kubernetes.default", service, service + "." + s.options.ClusterDomain,
		"localhost", "127.0.0.1", first, s.options.NodeName, s.options.NodeIP, s.options.AdvertiseAddress,
	}
	return append(names, s.options.TLSSANs...), nil
}

func (s *Server) writeKubeconfigs() error {
	for _, part := range []struct {
		name    string
		subject pki.Subject
	}{
		{"admin", pki.Subject{CommonName: "system:admin", Organizations: []string{"system:masters"}}},
		{"controller", pki.Subject{CommonName: "system:kube-controller-manager"}},
		{"scheduler", pki.Subject{CommonName: "system:kube-scheduler"}},
	} {
		pair, err := pki.EnsureLeaf(s.path("tls/client-"+part.name), s.ca.client, part.subject)
		if err != nil {
			return err
		}
		content, err := join.Kubeconfig(s.URL(), s.ca.server.CertificatePEM, pair.CertificatePEM, pair.KeyPEM)
		if err != nil {
			return err
		}
		if err := pki.WriteFile(s.kubeconfig(part.name), content, 0o600); err != nil {
			return err
		}
		if part.name != "admin" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(s.options.KubeconfigPath), 0o755); err != nil {
			return err
		}
		if err := pki.WriteFile(s.options.KubeconfigPath, content, s.options.KubeconfigMode); err != nil {
			return fmt.Errorf("write-kubeconfig: %w", err)
		}
	}
	return nil
}

func (s *Server) kubeconfig(part string) string { return s.path("cred/" + part + ".kubeconfig") }
