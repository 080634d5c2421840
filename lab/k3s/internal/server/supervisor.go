package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"onprem-blog/lab/k3s/internal/join"
	"onprem-blog/lab/k3s/internal/pki"
	"onprem-blog/lab/k3s/internal/token"
)

// supervisor answers joining nodes, and leaves everything else to the API server.
func (s *Server) supervisor(api http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+join.PathPing, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "pong")
	})
	mux.HandleFunc("GET "+join.PathCACerts, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(s.ca.server.CertificatePEM)
	})
	mux.HandleFunc("POST "+join.PathConfig, s.answerNode)
	mux.HandleFunc("PUT "+join.PathToken, s.rotateToken)
	mux.Handle("/", api)
	return mux
}

func (s *Server) answerNode(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if !s.passwords.get().accepts(user, password) {
		http.Error(w, "not authorized", http.StatusUnauthorized)
		return
	}
	var request join.Request
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if len(validation.IsDNS1123Subdomain(request.NodeName)) > 0 || net.ParseIP(request.NodeIP) == nil || request.NodePassword == "" {
		http.Error(w, "a node name, a node IP and a node password are required", http.StatusBadRequest)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	if err := s.checkNodePassword(ctx, request.NodeName, request.NodePassword); errors.Is(err, join.ErrPasswordRejected) {
		logrus.Errorf("unable to verify password for node %s: hash does not match", request.NodeName)
		http.Error(w, "node password rejected", http.StatusForbidden)
		return
	} else if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	reply, err := s.reply(request)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(reply); err != nil {
		logrus.Warnf("answering node %s: %v", request.NodeName, err)
	}
}

func (s *Server) reply(request join.Request) (*join.Reply, error) {
	reply := &join.Reply{
		ServerCAPEM:   s.ca.server.CertificatePEM,
		ClientCAPEM:   s.ca.client.CertificatePEM,
		ClusterCIDR:   s.options.ClusterCIDR,
		ServiceCIDR:   s.options.ServiceCIDR,
		ClusterDNS:    s.options.ClusterDNS,
		ClusterDomain: s.options.ClusterDomain,
		Certificates:  map[string][]byte{},
	}
	name := request.NodeName
	for certificate, want := range map[string]struct {
		ca      *pki.Pair
		subject pki.Subject
	}{
		join.ServingKubelet: {s.ca.server, pki.Subject{CommonName: name, Names: []string{name, "localhost", "127.0.0.1", request.NodeIP}}},
		join.ClientKubelet:  {s.ca.client, pki.Subject{CommonName: "system:node:" + name, Organizations: []string{"system:nodes"}}},
		join.ClientProxy:    {s.ca.client, pki.Subject{CommonName: "system:kube-proxy"}},
	} {
		issued, err := keepOrIssue(request.Certificates[certificate], want.ca, want.subject)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", certificate, err)
		}
		reply.Certificates[certificate] = issued
	}
	return reply, nil
}

func keepOrIssue(wanted join.Wanted, ca *pki.Pair, subject pki.Subject) ([]byte, error) {
	block, _ := pem.Decode(wanted.PublicKeyPEM)
	if block == nil {
		return nil, errors.New("no public key given")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok {
		return nil, errors.New("not an ECDSA public key")
	}
	if len(wanted.CertificatePEM) > 0 {
		now, err := pki.ParseCertificate(wanted.CertificatePEM)
		if err == nil && key.Equal(now.PublicKey) && pki.Current(now, ca.Certificate, subject, time.Now()) {
			return wanted.CertificatePEM, nil
		}
	}
	return pki.Issue(ca, key, subject)
}

// nodePasswordSecret is where k3s keeps the hash of a node's password; deleting the Node deletes it.
func nodePasswordSecret(node string) string { return node + ".node-password.k3s" }

const nodePasswordKey = "hash"

// checkNodePassword lets a name's first comer in, and later only who has the same password.
func (s *Server) checkNodePassword(ctx context.Context, node, password string) error {
	secrets := s.client.CoreV1().Secrets(metav1.NamespaceSystem)
	kept, err := secrets.Get(ctx, nodePasswordSecret(node), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		immutable := true
		_, err = secrets.Create(ctx, &corev1.Secret{
			ObjectMeta: metav1.ObjectMeta{Name: nodePasswordSecret(node)},
			Immutable:  &immutable,
			StringData: map[string]string{nodePasswordKey: hashPassword(token.Random(), password)},
		}, metav1.CreateOptions{})
		return err
	} else if err != nil {
		return err
	}
	hash := string(kept.Data[nodePasswordKey])
	if len(hash) < saltLength || subtle.ConstantTimeCompare([]byte(hash), []byte(hashPassword(hash[:saltLength], password))) != 1 {
		return join.ErrPasswordRejected
	}
	return nil
}

const saltLength = 32

// hashPassword is the salt followed by a sha256: node passwords are 128 random bits, so a slow hash would add nothing.
func hashPassword(salt, password string) string {
	sum := sha256.Sum256([]byte(salt + ":" + password))
	return salt + hex.EncodeToString(sum[:])
}
