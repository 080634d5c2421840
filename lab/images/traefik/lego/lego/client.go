// Package lego declares what Traefik compiles against of github.com/go-acme/lego, whose module is not served: every
// attempt to get a certificate by ACME fails with a clear error.
package lego

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"net/http"
	"time"

	"github.com/go-acme/lego/v5/acme"
	"github.com/go-acme/lego/v5/certcrypto"
	"github.com/go-acme/lego/v5/certificate"
	"github.com/go-acme/lego/v5/challenge"
	"github.com/go-acme/lego/v5/challenge/dns01"
	"github.com/go-acme/lego/v5/challenge/http01"
	"github.com/go-acme/lego/v5/challenge/tlsalpn01"
	"github.com/go-acme/lego/v5/registration"
)

const DirectoryURLLetsEncrypt = "https://acme-v02.api.letsencrypt.org/directory"

var errStub = errors.New("ACME is not part of this build")

type User interface {
	GetEmail() string
	GetRegistration() *acme.ExtendedAccount
	GetPrivateKey() crypto.Signer
}
type CertificateConfig struct {
	KeyType certcrypto.KeyType
	Timeout time.Duration
}
type Config struct {
	CADirURL, UserAgent string
	HTTPClient          *http.Client
	Certificate         CertificateConfig
}
type solver struct{}

func (solver) SetDNS01Provider(challenge.Provider, ...dns01.ChallengeOption) error   { return errStub }
func (solver) SetHTTP01Provider(challenge.Provider, ...http01.ChallengeOption) error { return errStub }
func (solver) SetTLSALPN01Provider(challenge.Provider, ...tlsalpn01.ChallengeOption) error {
	return errStub
}

type registrar struct{}

func (registrar) Register(context.Context, registration.RegisterOptions) (*acme.ExtendedAccount, error) {
	return nil, errStub
}
func (registrar) RegisterWithExternalAccountBinding(context.Context, registration.RegisterEABOptions) (*acme.ExtendedAccount, error) {
	return nil, errStub
}

type Client struct {
	Certificate  certificate.Certifier
	Challenge    solver
	Registration registrar
}

func NewConfig(User) *Config                                { return &Config{} }
func NewClient(*Config) (*Client, error)                    { return nil, errStub }
func CreateCertPool([]string, bool) (*x509.CertPool, error) { return x509.SystemCertPool() }
