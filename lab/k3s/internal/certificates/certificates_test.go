package certificates

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"onprem-blog/lab/k3s/internal/pki"
)

// dataDir makes the files of a machine; a server has an authority and a key of tokens too.
func dataDir(t *testing.T, isServer bool) string {
	t.Helper()
	folder := t.TempDir()
	ca, err := pki.EnsureCA(filepath.Join(folder, "server/tls"), "server-ca")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := pki.EnsureKey(filepath.Join(folder, "server/tls/service.key")); err != nil {
		t.Fatal(err)
	}
	for _, s := range services {
		for _, pair := range s.pairs {
			if _, err := pki.EnsureLeaf(filepath.Join(folder, pair), ca, pki.Subject{CommonName: filepath.Base(pair)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !isServer {
		if err := os.RemoveAll(filepath.Join(folder, "server")); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// contents are the sums of all files below a folder.
func contents(t *testing.T, folder string) map[string][32]byte {
	t.Helper()
	sums := map[string][32]byte{}
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		relative, _ := filepath.Rel(folder, path)
		sums[relative] = sha256.Sum256(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func TestRotateServer(t *testing.T) {
	folder := dataDir(t, true)
	before := contents(t, folder)
	if err := Rotate(folder, nil, time.Unix(1700000000, 0)); err != nil {
		t.Fatal(err)
	}
	after := contents(t, folder)
	for file, sum := range before {
		backup := "server/tls-1700000000/" + filepath.Base(file)
		if after[backup] != sum {
			t.Errorf("%s is not what %s was", backup, file)
		}
		_, there := after[file]
		kept := strings.Contains(file, "-ca.") || strings.HasSuffix(file, "service.key")
		if there != kept {
			t.Errorf("%s is there: %v, want %v", file, there, kept)
		}
	}
}

func TestRotateAgent(t *testing.T) {
	folder := dataDir(t, false)
	if err := Rotate(folder, nil, time.Unix(1700000000, 0)); err != nil {
		t.Fatal(err)
	}
	after := contents(t, folder)
	if len(after) != 6 {
		t.Errorf("%d files, want the six of the backup: %v", len(after), after)
	}
	for file := range after {
		if filepath.Dir(file) != "agent/tls-1700000000" {
			t.Errorf("%s was kept", file)
		}
	}
}

func TestRotateOneService(t *testing.T) {
	folder := dataDir(t, true)
	if err := Rotate(folder, []string{"scheduler"}, time.Unix(1700000000, 0)); err != nil {
		t.Fatal(err)
	}
	after := contents(t, folder)
	_, scheduler := after["server/tls/client-scheduler.crt"]
	_, admin := after["server/tls/client-admin.crt"]
	if scheduler || !admin {
		t.Errorf("scheduler's is there: %v, admin's: %v", scheduler, admin)
	}
	if err := Rotate(folder, []string{"certificate-authority"}, time.Now()); err == nil ||
		err.Error() != "service certificate-authority is not recognized" {
		t.Errorf("%v", err)
	}
}

func TestCheck(t *testing.T) {
	folder := dataDir(t, true)
	now := time.Now()
	for days, status := range map[time.Duration]string{0: ok, 300: warning, 400: expired, -1: notYetValid} {
		var out bytes.Buffer
		if err := Check(folder, []string{"admin"}, "table", &out, now.Add(days*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 3 || !strings.HasPrefix(lines[2], "client-admin.crt   client-admin   ClientAuth") || !strings.HasSuffix(lines[2], "   "+status) {
			t.Errorf("after %d days:\n%s", days, out.String())
		}
	}
	if err := Check(folder, nil, "xml", &bytes.Buffer{}, now); err == nil || err.Error() != "invalid output format xml" {
		t.Errorf("%v", err)
	}
}
