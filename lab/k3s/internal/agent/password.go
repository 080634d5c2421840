package agent

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"onprem-blog/lab/k3s/internal/join"
	"onprem-blog/lab/k3s/internal/pki"
	"onprem-blog/lab/k3s/internal/token"
)

// nodePassword reads /etc/rancher/node/password, or makes it. It outlives the data directory, as in k3s.
func nodePassword() (string, error) {
	content, err := os.ReadFile(join.PasswordFile)
	if err == nil {
		if password := strings.TrimSpace(string(content)); password != "" {
			return password, nil
		}
		return "", fmt.Errorf("%s is empty", join.PasswordFile)
	} else if !os.IsNotExist(err) {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(join.PasswordFile), 0o755); err != nil {
		return "", err
	}
	password := token.Random()
	return password, pki.WriteFile(join.PasswordFile, []byte(password+"\n"), 0o600)
}
