package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func image(t *testing.T, config string) string {
	t.Helper()
	folder := t.TempDir()
	for _, dir := range []string{"rootfs/bin", "rootfs/tmp"} {
		if err := os.MkdirAll(filepath.Join(folder, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{"rootfs/bin/tool": 0o700, "rootfs/text": 0o600, "image.json": 0o600} {
		content := name
		if name == "image.json" {
			content = config
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("tool", filepath.Join(folder, "rootfs/bin/link")); err != nil {
		t.Fatal(err)
	}
	return folder
}

func read(t *testing.T, content []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	archive := tar.NewReader(bytes.NewReader(content))
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files
		} else if err != nil {
			t.Fatal(err)
		}
		if files[header.Name], err = io.ReadAll(archive); err != nil {
			t.Fatal(err)
		}
	}
}

func TestArchive(t *testing.T) {
	const config = `{"name": "docker.io/example/tool:1", "entrypoint": ["/bin/tool"], "user": "1:1"}`
	var first, second bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if err := writeArchive(out, []string{image(t, config)}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Fatal("two archives of the same files differ")
	}
	files := read(t, first.Bytes())
	var manifest []manifestEntry
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest) != 1 || manifest[0].RepoTags[0] != "docker.io/example/tool:1" {
		t.Fatalf("%+v", manifest)
	}
	layer := files[manifest[0].Layers[0]]
	if !strings.Contains(string(files[manifest[0].Config]), digest(layer)) {
		t.Fatal("the configuration does not name the layer")
	}
	modes := map[string]int64{}
	archive := tar.NewReader(bytes.NewReader(layer))
	for header, err := archive.Next(); err == nil; header, err = archive.Next() {
		modes[header.Name] = header.Mode
		if header.Uid != 0 || !header.ModTime.IsZero() && header.ModTime.Unix() != 0 {
			t.Errorf("%s: uid %d, time %s", header.Name, header.Uid, header.ModTime)
		}
	}
	for name, mode := range map[string]int64{"bin/": 0o755, "tmp/": 0o1777, "bin/tool": 0o755, "text": 0o644, "bin/link": 0o777} {
		if modes[name] != mode {
			t.Errorf("%s: mode %o, want %o", name, modes[name], mode)
		}
	}
}

func TestFaultyConfig(t *testing.T) {
	for config, want := range map[string]string{
		`{"name": "tool"}`: `name "tool" is not a full reference`,
		`{"name": "docker.io/x/y:1", "entry": ["a"]}`: `unknown field "entry"`,
	} {
		err := writeArchive(io.Discard, []string{image(t, config)})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", config, err)
		}
	}
}
