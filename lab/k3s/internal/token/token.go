// Package token reads and writes the forms of a k3s join token.
//
// Forms: `K10<sha256 of the cluster's CA certificate>::<user>:<password>`, `<user>:<password>` after a `K10` prefix
// without hash, or the bare password.
package token

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

const (
	prefix     = "K10"
	hashLength = sha256.Size * 2

	// UserServer may join servers and agents.
	UserServer = "server"
	// UserNode may join agents only.
	UserNode = "node"
)

// Token is a join token taken apart. CAHash and User are empty when the token is a bare password.
type Token struct {
	CAHash   string
	User     string
	Password string
}

// Parse takes a token apart; surrounding white space is not part of it.
func Parse(text string) (Token, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Token{}, errors.New("token must not be empty")
	}
	rest, full := strings.CutPrefix(text, prefix)
	if !full {
		return Token{Password: text}, nil
	}
	var t Token
	if hash, credentials, ok := strings.Cut(rest, "::"); ok {
		if hash != "" && len(hash) != hashLength {
			return Token{}, errors.New("invalid token CA hash length")
		}
		t.CAHash, rest = hash, credentials
	}
	user, password, ok := strings.Cut(rest, ":")
	if !ok || password == "" {
		return Token{}, errors.New("invalid token format")
	}
	t.User, t.Password = user, password
	return t, nil
}

// Format is the full form of a token for the cluster whose CA certificate is given in PEM.
func Format(caPEM []byte, user, password string) string {
	return prefix + HashCA(caPEM) + "::" + user + ":" + password
}

// HashCA is the hash that a full token carries: over the literal bytes of the PEM file.
func HashCA(caPEM []byte) string {
	sum := sha256.Sum256(caPEM)
	return hex.EncodeToString(sum[:])
}

// CheckCA says whether the CA that a server presented is the one the token names.
func (t Token) CheckCA(caPEM []byte) error {
	if found := HashCA(caPEM); t.CAHash != "" && t.CAHash != found {
		return fmt.Errorf("token CA hash does not match the Cluster CA certificate hash: %s != %s", t.CAHash, found)
	}
	return nil
}

// FromFile reads the first line of a token file.
func FromFile(path string) (string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(content)), "\n")
	return strings.TrimSpace(line), nil
}

// Random is a new password: 16 bytes in hexadecimal, as k3s makes them.
func Random() string {
	b := make([]byte, 16)
	// crypto/rand.Read never fails since Go 1.24.
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
