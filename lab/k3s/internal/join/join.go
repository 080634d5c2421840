// Package join is what a node and the server say to each other before the node's kubelet can speak to the API.
package join

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"onprem-blog/lab/k3s/internal/token"
)

const (
	// PathCACerts gives the server's CA certificate to anyone; a full token tells whether it is the right one.
	PathCACerts = "/cacerts"
	// PathConfig answers a Request with a Reply.
	PathConfig = "/v1-k3s/config"
	// PathToken takes a new server token from who knows the present one.
	PathToken = "/v1-k3s/token"
	// PathPing answers "pong".
	PathPing = "/ping"

	// PasswordFile is what a node proves its name with when it comes back.
	PasswordFile = "/etc/rancher/node/password"
)

// The certificates of a node.
const (
	ServingKubelet = "serving-kubelet"
	ClientKubelet  = "client-kubelet"
	ClientProxy    = "client-kube-proxy"
)

// CertificateNames are all that a node needs.
var CertificateNames = []string{ServingKubelet, ClientKubelet, ClientProxy}

// Wanted is a node's key and, when it has one, the certificate that it would like to keep. Keys never leave the node.
type Wanted struct {
	PublicKeyPEM   []byte `json:"publicKey"`
	CertificatePEM []byte `json:"certificate,omitempty"`
}

// Request is what a node asks with.
type Request struct {
	NodeName     string            `json:"nodeName"`
	NodeIP       string            `json:"nodeIP"`
	NodePassword string            `json:"nodePassword"`
	Certificates map[string]Wanted `json:"certificates"`
}

// Reply is all that a node needs to know of the cluster.
type Reply struct {
	ServerCAPEM   []byte            `json:"serverCA"`
	ClientCAPEM   []byte            `json:"clientCA"`
	ClusterCIDR   string            `json:"clusterCIDR"`
	ServiceCIDR   string            `json:"serviceCIDR"`
	ClusterDNS    string            `json:"clusterDNS"`
	ClusterDomain string            `json:"clusterDomain"`
	Certificates  map[string][]byte `json:"certificates"`
}

// ErrPasswordRejected is how k3s reports a second node of the same name.
var ErrPasswordRejected = fmt.Errorf("Node password rejected, duplicate hostname or contents of '%s' may not match "+ //nolint:staticcheck // k3s' own text
	"server node-passwd entry, try enabling a unique node name with the --with-node-id flag", PasswordFile)

// Ask checks the server's CA against the token, then asks for the node's configuration.
func Ask(ctx context.Context, serverURL, tokenText string, request Request) (*Reply, error) {
	parsed, caPEM, err := checkServer(ctx, serverURL, tokenText)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	url := serverURL + PathConfig
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	post.SetBasicAuth(parsed.User, parsed.Password)
	response, err := client(caPEM).Do(post)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusForbidden:
		return nil, ErrPasswordRejected
	default:
		return nil, fmt.Errorf("failed to retrieve configuration from server: %s: %s", url, response.Status)
	}
	reply := &Reply{}
	if err := json.NewDecoder(response.Body).Decode(reply); err != nil {
		return nil, fmt.Errorf("%s: %w", url, err)
	}
	return reply, nil
}

// checkServer takes a token apart and checks the server's CA against it; it gives that CA.
func checkServer(ctx context.Context, serverURL, tokenText string) (token.Token, []byte, error) {
	parsed, err := token.Parse(tokenText)
	if err != nil {
		return parsed, nil, err
	}
	// The CA is not known yet: what is downloaded here is trusted only after its hash, or not at all with a short token.
	caPEM, err := get(ctx, client(nil), serverURL+PathCACerts)
	if err != nil {
		return parsed, nil, fmt.Errorf("failed to get CA certs: %w", err)
	}
	if err := parsed.CheckCA(caPEM); err != nil {
		return parsed, nil, err
	}
	if _, err := get(ctx, client(caPEM), serverURL+PathCACerts); err != nil {
		return parsed, nil, fmt.Errorf("CA cert validation failed: %w", err)
	}
	return parsed, caPEM, nil
}

// TokenRequest asks for another server token; an empty one leaves the choice to the server.
type TokenRequest struct {
	NewToken string `json:"newToken"`
}

// RotateToken gives a running server another token.
func RotateToken(ctx context.Context, serverURL, tokenText, newToken string) error {
	parsed, caPEM, err := checkServer(ctx, serverURL, tokenText)
	if err != nil {
		return err
	}
	body, err := json.Marshal(TokenRequest{NewToken: newToken})
	if err != nil {
		return err
	}
	url := serverURL + PathToken
	put, err := http.NewRequestWithContext(ctx, http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	// Only the server's token can be changed, and a bare password is taken for it.
	put.SetBasicAuth(token.UserServer, parsed.Password)
	response, err := client(caPEM).Do(put)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, response.Status)
	}
	return nil
}

func get(ctx context.Context, from *http.Client, url string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := from.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, response.Status)
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err == nil && len(content) == 0 {
		err = errors.New(url + ": empty answer")
	}
	return content, err
}

// client trusts one CA, or (without one) does not look at the server's certificate.
func client(caPEM []byte) *http.Client {
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if caPEM == nil {
		settings.InsecureSkipVerify = true
	} else {
		settings.RootCAs = x509.NewCertPool()
		settings.RootCAs.AppendCertsFromPEM(caPEM)
	}
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: settings}}
}
