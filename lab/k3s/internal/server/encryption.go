package server

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"onprem-blog/lab/k3s/internal/pki"
)

// encryptionConfiguration is the API server's, as far as k3s uses it: Secrets, one AES-CBC key.
type encryptionConfiguration struct {
	Kind       string               `json:"kind"`
	APIVersion string               `json:"apiVersion"`
	Resources  []encryptedResources `json:"resources"`
}

type encryptedResources struct {
	Resources []string             `json:"resources"`
	Providers []encryptionProvider `json:"providers"`
}

type encryptionProvider struct {
	AESCBC   *encryptionKeys `json:"aescbc,omitempty"`
	Identity *struct{}       `json:"identity,omitempty"`
}

type encryptionKeys struct {
	Keys []encryptionKey `json:"keys"`
}

type encryptionKey struct {
	Name   string `json:"name"`
	Secret string `json:"secret"`
}

// writeEncryptionConfig makes `server/cred/encryption-config.json` once; its key is never replaced.
func (s *Server) writeEncryptionConfig() (path string, err error) {
	path = encryptionConfigPath(s.options.DataDir)
	if _, err := os.Stat(path); err == nil || !os.IsNotExist(err) {
		return path, err
	}
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return "", err
	}
	content, err := json.Marshal(encryptionConfiguration{
		Kind:       "EncryptionConfiguration",
		APIVersion: "apiserver.config.k8s.io/v1",
		Resources: []encryptedResources{{
			Resources: []string{"secrets"},
			Providers: []encryptionProvider{
				{AESCBC: &encryptionKeys{[]encryptionKey{{"aescbckey", base64.StdEncoding.EncodeToString(key)}}}},
				{Identity: &struct{}{}},
			},
		}},
	})
	if err != nil {
		return "", err
	}
	return path, pki.WriteFile(path, content, 0o600)
}

func encryptionConfigPath(dataDir string) string {
	return dataDir + "/server/cred/encryption-config.json"
}

// EncryptionStatus is what `k3s secrets-encrypt status` prints.
func EncryptionStatus(dataDir string) (string, error) {
	content, err := os.ReadFile(encryptionConfigPath(dataDir))
	if errors.Is(err, os.ErrNotExist) {
		return "Encryption Status: Disabled, no configuration file found\n", nil
	} else if err != nil {
		return "", err
	}
	var found encryptionConfiguration
	if err := json.Unmarshal(content, &found); err != nil {
		return "", fmt.Errorf("%s: %w", encryptionConfigPath(dataDir), err)
	}
	var text strings.Builder
	text.WriteString("Encryption Status: Enabled\nCurrent Rotation Stage: start\nServer Encryption Hashes: All hashes match\n\n")
	text.WriteString("Active  Key Type  Name\n------  --------  ----\n")
	for _, resources := range found.Resources {
		for _, provider := range resources.Providers {
			if provider.AESCBC == nil {
				continue
			}
			for i, key := range provider.AESCBC.Keys {
				mark := " "
				if i == 0 {
					mark = "*"
				}
				fmt.Fprintf(&text, " %s      AES-CBC   %s\n", mark, key.Name)
			}
		}
	}
	return text.String(), nil
}
