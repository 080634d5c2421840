package certificate

import (
	"context"
	"errors"

	"github.com/go-acme/lego/v5/certcrypto"
)

var errStub = errors.New("ACME is not part of this build")

type Resource struct {
	ID                                         string
	Domains                                    []string
	PrivateKey, Certificate, IssuerCertificate []byte
}
type ObtainRequest struct {
	Domains                              []string
	KeyType                              certcrypto.KeyType
	Bundle, MustStaple, EnableCommonName bool
	EmailAddresses                       []string
	Profile, PreferredChain              string
}
type RenewOptions struct {
	Bundle, MustStaple, EnableCommonName bool
	EmailAddresses                       []string
	Profile, PreferredChain              string
}
type Certifier struct{}

func (Certifier) Obtain(context.Context, ObtainRequest) (*Resource, error) { return nil, errStub }
func (Certifier) Renew(context.Context, Resource, *RenewOptions) (*Resource, error) {
	return nil, errStub
}
