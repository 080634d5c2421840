package agent

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"time"

	"github.com/sirupsen/logrus"

	"onprem-blog/lab/k3s/internal/join"
	"onprem-blog/lab/k3s/internal/pki"
)

// joinInterval is k3s' own pause between two attempts.
const joinInterval = 5 * time.Second

// joinCluster asks the server until it answers, and writes the node's certificates and kubeconfigs.
func (a *Agent) joinCluster(ctx context.Context) error {
	request, keys, err := a.request()
	if err != nil {
		return err
	}
	for {
		reply, err := join.Ask(ctx, a.serverURL, a.token, *request)
		if err == nil {
			a.cluster = reply
			return a.save(reply, keys)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		logrus.Errorf("Waiting to retrieve agent configuration; server is not ready: %v", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(joinInterval):
		}
	}
}

// request holds the node's public keys and present certificates; the keys by certificate name stay here.
func (a *Agent) request() (*join.Request, map[string][]byte, error) {
	password, err := nodePassword()
	if err != nil {
		return nil, nil, err
	}
	request := &join.Request{
		NodeName:     a.options.NodeName,
		NodeIP:       a.options.NodeIP,
		NodePassword: password,
		Certificates: map[string]join.Wanted{},
	}
	keys := map[string][]byte{}
	for _, name := range join.CertificateNames {
		keyPEM, key, err := pki.EnsureKey(a.path(name + ".key"))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		der, err := x509.MarshalPKIXPublicKey(key.Public())
		if err != nil {
			return nil, nil, err
		}
		certificate, err := os.ReadFile(a.path(name + ".crt"))
		if err != nil && !os.IsNotExist(err) {
			return nil, nil, err
		}
		keys[name] = keyPEM
		request.Certificates[name] = join.Wanted{
			PublicKeyPEM:   pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}),
			CertificatePEM: certificate,
		}
	}
	return request, keys, nil
}

func (a *Agent) save(reply *join.Reply, keys map[string][]byte) error {
	files := map[string][]byte{"server-ca.crt": reply.ServerCAPEM, "client-ca.crt": reply.ClientCAPEM}
	for _, name := range join.CertificateNames {
		if len(reply.Certificates[name]) == 0 {
			return fmt.Errorf("the server gave no %s certificate", name)
		}
		files[name+".crt"] = reply.Certificates[name]
	}
	for file, name := range map[string]string{"kubelet.kubeconfig": join.ClientKubelet, "kubeproxy.kubeconfig": join.ClientProxy} {
		content, err := join.Kubeconfig(a.serverURL, reply.ServerCAPEM, reply.Certificates[name], keys[name])
		if err != nil {
			return err
		}
		files[file] = content
	}
	for name, content := range files {
		if err := pki.WriteFile(a.path(name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
