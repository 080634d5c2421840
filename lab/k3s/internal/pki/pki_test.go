package pki

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCertificatesAreKept(t *testing.T) {
	dir := t.TempDir()
	ca, err := EnsureCA(dir, "server-ca")
	if err != nil {
		t.Fatal(err)
	}
	again, err := EnsureCA(dir, "server-ca")
	if err != nil || !bytes.Equal(again.CertificatePEM, ca.CertificatePEM) {
		t.Fatalf("the authority was made again: %v", err)
	}
	base := filepath.Join(dir, "serving")
	subject := Subject{CommonName: "kube-apiserver", Names: []string{"localhost", "127.0.0.1", "", "localhost"}}
	first, err := EnsureLeaf(base, ca, subject)
	if err != nil {
		t.Fatal(err)
	}
	second, err := EnsureLeaf(base, ca, subject)
	if err != nil || !bytes.Equal(first.CertificatePEM, second.CertificatePEM) {
		t.Fatalf("issued again without need: %v", err)
	}
	subject.Names = append(subject.Names, "example.org")
	third, err := EnsureLeaf(base, ca, subject)
	if err != nil || bytes.Equal(first.CertificatePEM, third.CertificatePEM) || !bytes.Equal(first.KeyPEM, third.KeyPEM) {
		t.Fatalf("a new name needs a new certificate for the same key: %v", err)
	}
	if info, err := os.Stat(base + ".key"); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v %v", info.Mode(), err)
	}
}

func TestCurrent(t *testing.T) {
	ca, err := EnsureCA(t.TempDir(), "client-ca")
	if err != nil {
		t.Fatal(err)
	}
	other, err := EnsureCA(t.TempDir(), "client-ca")
	if err != nil {
		t.Fatal(err)
	}
	subject := Subject{CommonName: "system:admin", Organizations: []string{"system:masters"}}
	pair, err := EnsureLeaf(filepath.Join(t.TempDir(), "admin"), ca, subject)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for name, c := range map[string]struct {
		ok   bool
		keep bool
	}{
		"fresh":            {Current(pair.Certificate, ca.Certificate, subject, now), true},
		"121 days to go":   {Current(pair.Certificate, ca.Certificate, subject, now.Add(leafLife-121*24*time.Hour)), true},
		"119 days to go":   {Current(pair.Certificate, ca.Certificate, subject, now.Add(leafLife-119*24*time.Hour)), false},
		"not yet valid":    {Current(pair.Certificate, ca.Certificate, subject, now.Add(-2*time.Hour)), false},
		"of another CA":    {Current(pair.Certificate, other.Certificate, subject, now), false},
		"of another group": {Current(pair.Certificate, ca.Certificate, Subject{CommonName: "system:admin"}, now), false},
	} {
		if c.ok != c.keep {
			t.Errorf("%s: keep is %v, want %v", name, c.ok, c.keep)
		}
	}
}
