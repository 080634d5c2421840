package payload

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func build(t *testing.T) []byte {
	t.Helper()
	folder := t.TempDir()
	if err := os.MkdirAll(filepath.Join(folder, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{"bin/tool": 0o755, "text": 0o600} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := Write(&out, strings.NewReader("launcher"), folder); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func open(t *testing.T, content []byte) (*Payload, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "k3s")
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return Open(file)
}

func TestWriteIsDeterministicAndReadBack(t *testing.T) {
	first, second := build(t), build(t)
	if !bytes.Equal(first, second) {
		t.Fatal("two builds of the same files differ")
	}
	p, err := open(t, first)
	if err != nil {
		t.Fatal(err)
	}
	dataDir := t.TempDir()
	for range 2 {
		folder, err := p.Extract(dataDir)
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dataDir, "data/current/bin/tool"))
		if err != nil || string(content) != "bin/tool" || filepath.Base(folder) != p.ID() {
			t.Fatalf("%q %v %s", content, err, folder)
		}
		info, err := os.Stat(filepath.Join(folder, "bin/tool"))
		if err != nil || info.Mode().Perm() != 0o755 {
			t.Fatalf("%v %v", info.Mode(), err)
		}
	}
}

func TestDamagedPayload(t *testing.T) {
	content := build(t)
	content[len("launcher")+20] ^= 1
	p, err := open(t, content)
	if err != nil {
		t.Fatal(err)
	}
	dataDir := t.TempDir()
	if _, err := p.Extract(dataDir); err == nil {
		t.Fatal("a damaged payload was extracted")
	}
	if left, _ := os.ReadDir(filepath.Join(dataDir, "data")); len(left) != 0 {
		t.Fatalf("left behind: %v", left)
	}
}

func TestNoPayload(t *testing.T) {
	if _, err := open(t, []byte(strings.Repeat("x", 100))); err == nil || err.Error() != "this binary carries no payload" {
		t.Fatalf("got %v", err)
	}
}
