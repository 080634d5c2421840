package server

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	kine "github.com/k3s-io/kine/pkg/server"
	"github.com/sirupsen/logrus"

	"onprem-blog/lab/k3s/internal/pki"
)

// store is the part of the datastore that holds what a cluster is known by.
type store interface {
	List(ctx context.Context, key, end string, limit, revision int64, keysOnly bool) (int64, []*kine.KeyValue, error)
	Create(ctx context.Context, key string, value []byte, lease int64) (int64, error)
	Update(ctx context.Context, key string, value []byte, revision, lease int64) (int64, *kine.KeyValue, bool, error)
	Delete(ctx context.Context, key string, revision int64) (int64, *kine.KeyValue, bool, error)
}

// bootstrapFiles are kept in the datastore, encrypted with the server's token, as k3s keeps them: a server that has
// nothing but its datastore and its token is the same cluster again. Below `server`.
var bootstrapFiles = []string{
	"tls/server-ca.crt", "tls/server-ca.key",
	"tls/client-ca.crt", "tls/client-ca.key",
	"tls/request-header-ca.crt", "tls/request-header-ca.key",
	"tls/service.key",
	"cred/encryption-config.json",
}

const (
	bootstrapPrefix = "/bootstrap/"
	// bootstrapEnd is the first key after all that begin with the prefix.
	bootstrapEnd = "/bootstrap0"
)

// bootstrapKey differs with the token, so that another token finds nothing.
func bootstrapKey(password string) string {
	sum := sha256.Sum256([]byte(password))
	return bootstrapPrefix + hex.EncodeToString(sum[:])[:12]
}

// findBootstrap gives the datastore's entry for a token, or nil where no cluster has been yet. An entry for another
// token only is an error.
func findBootstrap(ctx context.Context, s store, password string) (*kine.KeyValue, error) {
	_, found, err := s.List(ctx, bootstrapPrefix, bootstrapEnd, 0, 0, false)
	if err != nil {
		return nil, fmt.Errorf("bootstrap data: %w", err)
	}
	for _, entry := range found {
		if entry.Key == bootstrapKey(password) {
			return entry, nil
		}
	}
	if len(found) > 0 {
		return nil, errTokenChanged
	}
	return nil, nil
}

// loadBootstrap writes the files that the datastore has and this machine lacks.
func (s *Server) loadBootstrap(ctx context.Context) error {
	password := s.passwords.get().server
	entry, err := findBootstrap(ctx, s.store, password)
	if err != nil || entry == nil {
		return err
	}
	text, err := unseal(password, entry.Value)
	if err != nil {
		return fmt.Errorf("bootstrap data: %w", err)
	}
	var files map[string][]byte
	if err := json.Unmarshal(text, &files); err != nil {
		return fmt.Errorf("bootstrap data: %w", err)
	}
	for _, name := range bootstrapFiles {
		content, kept := files[name]
		if !kept {
			continue
		}
		if _, err := os.Stat(s.path(name)); err == nil {
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		logrus.Infof("Bootstrap file %s is taken from the datastore", s.path(name))
		if err := pki.WriteFile(s.path(name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// saveBootstrap makes the datastore's entry what the files are now.
func (s *Server) saveBootstrap(ctx context.Context) error {
	password := s.passwords.get().server
	files := map[string][]byte{}
	for _, name := range bootstrapFiles {
		content, err := os.ReadFile(s.path(name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		files[name] = content
	}
	text, err := json.Marshal(files)
	if err != nil {
		return err
	}
	entry, err := findBootstrap(ctx, s.store, password)
	if err != nil {
		return err
	}
	if entry != nil {
		if kept, err := unseal(password, entry.Value); err == nil && bytes.Equal(kept, text) {
			return nil
		}
	}
	value, err := seal(password, text)
	if err != nil {
		return err
	}
	if entry == nil {
		_, err = s.store.Create(ctx, bootstrapKey(password), value, 0)
	} else {
		_, _, _, err = s.store.Update(ctx, entry.Key, value, entry.ModRevision, 0)
	}
	if err != nil {
		return fmt.Errorf("bootstrap data: %w", err)
	}
	return nil
}

// moveBootstrap encrypts the datastore's entry with another token.
func (s *Server) moveBootstrap(ctx context.Context, from, to string) error {
	entry, err := findBootstrap(ctx, s.store, from)
	if err != nil || entry == nil || from == to {
		return err
	}
	text, err := unseal(from, entry.Value)
	if err != nil {
		return err
	}
	value, err := seal(to, text)
	if err != nil {
		return err
	}
	if _, err := s.store.Create(ctx, bootstrapKey(to), value, 0); err != nil {
		return err
	}
	_, _, _, err = s.store.Delete(ctx, entry.Key, entry.ModRevision)
	return err
}

const (
	saltSize   = 16
	iterations = 4096
	keySize    = 32
)

func sealer(password string, salt []byte) (cipher.AEAD, error) {
	key, err := pbkdf2.Key(sha256.New, password, salt, iterations, keySize)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func seal(password string, text []byte) ([]byte, error) {
	salt := make([]byte, saltSize)
	// crypto/rand.Read never fails since Go 1.24.
	_, _ = rand.Read(salt)
	aead, err := sealer(password, salt)
	if err != nil {
		return nil, err
	}
	return aead.Seal(salt, nil, text, nil), nil
}

func unseal(password string, sealed []byte) ([]byte, error) {
	if len(sealed) < saltSize {
		return nil, errors.New("too short")
	}
	aead, err := sealer(password, sealed[:saltSize])
	if err != nil {
		return nil, err
	}
	return aead.Open(nil, nil, sealed[saltSize:], nil)
}
