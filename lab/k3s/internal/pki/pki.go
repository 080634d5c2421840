// Package pki keeps a cluster's certificate authorities and certificates in files, and issues again only what is
// missing, about to end, or no longer what is wanted.
package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sort"
	"time"
)

const (
	// RenewBefore is when k3s renews a certificate at start: within 120 days of its end.
	RenewBefore = 120 * 24 * time.Hour
	leafLife    = 365 * 24 * time.Hour
	caLife      = 3650 * 24 * time.Hour
)

// Pair is a certificate with its key.
type Pair struct {
	Certificate    *x509.Certificate
	CertificatePEM []byte
	Key            *ecdsa.PrivateKey
	KeyPEM         []byte
}

// Subject is what a leaf certificate says.
type Subject struct {
	CommonName    string
	Organizations []string
	// Names are DNS names and IP addresses; a certificate with names serves, one without is a client's.
	Names []string
}

// EnsureCA reads `<dir>/<name>.{crt,key}`, or makes a new authority there.
func EnsureCA(dir, name string) (*Pair, error) {
	pair, err := Load(filepath.Join(dir, name))
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return pair, err
	}
	key, keyPEM, err := NewKey()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: fmt.Sprintf("k3s-%s@%d", name, time.Now().Unix())},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		NotAfter:              time.Now().Add(caLife),
	}
	certificate, err := sign(template, key.Public(), template, key)
	if err != nil {
		return nil, err
	}
	pair, err = parse(certificate, keyPEM)
	if err != nil {
		return nil, err
	}
	return pair, pair.save(filepath.Join(dir, name))
}

// EnsureLeaf reads `<base>.{crt,key}` and keeps it when it is from this authority, lasts, and says what is wanted;
// otherwise it issues anew, with the same key when there is one.
func EnsureLeaf(base string, ca *Pair, subject Subject) (*Pair, error) {
	pair, err := Load(base)
	if err == nil && Current(pair.Certificate, ca.Certificate, subject, time.Now()) {
		return pair, nil
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	keyPEM, key, err := EnsureKey(base + ".key")
	if err != nil {
		return nil, err
	}
	certificate, err := Issue(ca, key.Public(), subject)
	if err != nil {
		return nil, err
	}
	pair, err = parse(certificate, keyPEM)
	if err != nil {
		return nil, err
	}
	return pair, pair.save(base)
}

// Current says whether a certificate can be kept.
func Current(certificate, ca *x509.Certificate, subject Subject, now time.Time) bool {
	if certificate.NotAfter.Sub(now) < RenewBefore || now.Before(certificate.NotBefore) {
		return false
	}
	if certificate.CheckSignatureFrom(ca) != nil || certificate.Subject.CommonName != subject.CommonName {
		return false
	}
	var names []string
	names = append(names, certificate.DNSNames...)
	for _, address := range certificate.IPAddresses {
		names = append(names, address.String())
	}
	return sameSet(names, subject.Names) && sameSet(certificate.Subject.Organization, subject.Organizations)
}

func sameSet(a, b []string) bool {
	unique := func(list []string) []string {
		seen := map[string]bool{}
		var out []string
		for _, one := range list {
			if one != "" && !seen[one] {
				seen[one] = true
				out = append(out, one)
			}
		}
		sort.Strings(out)
		return out
	}
	x, y := unique(a), unique(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return true
}

// Issue signs a certificate for a public key, and gives it in PEM.
func Issue(ca *Pair, public crypto.PublicKey, subject Subject) ([]byte, error) {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: subject.CommonName, Organization: subject.Organizations},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		NotAfter:    time.Now().Add(leafLife),
	}
	if len(subject.Names) > 0 {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	seen := map[string]bool{"": true}
	for _, name := range subject.Names {
		if seen[name] {
			continue
		}
		seen[name] = true
		if address := net.ParseIP(name); address != nil {
			template.IPAddresses = append(template.IPAddresses, address)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	return sign(template, public, ca.Certificate, ca.Key)
}

func sign(template *x509.Certificate, public crypto.PublicKey, parent *x509.Certificate, key *ecdsa.PrivateKey) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	// Laptops' clocks differ a little.
	template.NotBefore = time.Now().Add(-time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// NewKey makes a P-256 key.
func NewKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), nil
}

// EnsureKey reads a key file, or makes one.
func EnsureKey(path string) ([]byte, *ecdsa.PrivateKey, error) {
	content, err := os.ReadFile(path)
	if err == nil {
		key, err := parseKey(content)
		return content, key, err
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}
	key, content, err := NewKey()
	if err != nil {
		return nil, nil, err
	}
	return content, key, WriteFile(path, content, 0o600)
}

// Load reads `<base>.crt` and `<base>.key`.
func Load(base string) (*Pair, error) {
	certificate, err := os.ReadFile(base + ".crt")
	if err != nil {
		return nil, err
	}
	key, err := os.ReadFile(base + ".key")
	if err != nil {
		return nil, err
	}
	pair, err := parse(certificate, key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", base, err)
	}
	return pair, nil
}

// ParseCertificate reads the first certificate of a PEM text.
func ParseCertificate(content []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(content)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("not a certificate in PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

func parseKey(content []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(content)
	if block == nil {
		return nil, errors.New("not a key in PEM")
	}
	return x509.ParseECPrivateKey(block.Bytes)
}

func parse(certificatePEM, keyPEM []byte) (*Pair, error) {
	certificate, err := ParseCertificate(certificatePEM)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(keyPEM)
	if err != nil {
		return nil, err
	}
	return &Pair{certificate, certificatePEM, key, keyPEM}, nil
}

func (p *Pair) save(base string) error {
	if err := WriteFile(base+".key", p.KeyPEM, 0o600); err != nil {
		return err
	}
	return WriteFile(base+".crt", p.CertificatePEM, 0o644)
}

// WriteFile replaces a file by rename, and leaves one that is already right untouched.
func WriteFile(path string, content []byte, mode os.FileMode) error {
	if now, err := os.ReadFile(path); err == nil && bytes.Equal(now, content) {
		return os.Chmod(path, mode)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary.Name()) }()
	if _, err := temporary.Write(content); err != nil {
		_ = temporary.Close()
		return err
	}
	if err := temporary.Chmod(mode); err != nil {
		_ = temporary.Close()
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}
