package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// imageConfig is an image folder's image.json.
type imageConfig struct {
	// Name is the full reference, with registry and tag.
	Name       string   `json:"name"`
	Entrypoint []string `json:"entrypoint"`
	Cmd        []string `json:"cmd"`
	Env        []string `json:"env"`
	User       string   `json:"user"`
}

// manifestEntry is one image of a docker archive's manifest.json.
type manifestEntry struct {
	Config   string   `json:"Config"`
	RepoTags []string `json:"RepoTags"`
	Layers   []string `json:"Layers"`
}

// writeArchive writes a docker archive with one layer per image.
func writeArchive(out io.Writer, folders []string) error {
	archive := tar.NewWriter(out)
	var manifest []manifestEntry
	for _, folder := range folders {
		entry, err := addImage(archive, folder)
		if err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
		manifest = append(manifest, *entry)
	}
	content, err := json.Marshal(manifest)
	if err != nil {
		return err
	}
	if err := addBytes(archive, "manifest.json", content); err != nil {
		return err
	}
	return archive.Close()
}

func addImage(archive *tar.Writer, folder string) (*manifestEntry, error) {
	content, err := os.ReadFile(filepath.Join(folder, "image.json"))
	if err != nil {
		return nil, err
	}
	var config imageConfig
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&config); err != nil {
		return nil, fmt.Errorf("image.json: %w", err)
	}
	if !strings.Contains(config.Name, "/") || !strings.Contains(config.Name, ":") {
		return nil, fmt.Errorf("image.json: name %q is not a full reference", config.Name)
	}
	var layer bytes.Buffer
	if err := writeLayer(&layer, filepath.Join(folder, "rootfs")); err != nil {
		return nil, err
	}
	layerDigest := digest(layer.Bytes())
	image, err := config.document(layerDigest)
	if err != nil {
		return nil, err
	}
	entry := &manifestEntry{digest(image) + ".json", []string{config.Name}, []string{layerDigest + "/layer.tar"}}
	if err := addBytes(archive, entry.Config, image); err != nil {
		return nil, err
	}
	return entry, addBytes(archive, entry.Layers[0], layer.Bytes())
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// document is the image's configuration as the OCI image specification has it.
func (c imageConfig) document(layerDigest string) ([]byte, error) {
	return json.Marshal(map[string]any{
		"architecture": runtime.GOARCH,
		"os":           "linux",
		"created":      "1970-01-01T00:00:00Z",
		"config":       map[string]any{"Entrypoint": c.Entrypoint, "Cmd": c.Cmd, "Env": c.Env, "User": c.User},
		"rootfs":       map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + layerDigest}},
	})
}

func writeLayer(out io.Writer, root string) error {
	layer := tar.NewWriter(out)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return addEntry(layer, path, name, entry)
	})
	if err != nil {
		return err
	}
	return layer.Close()
}

func addEntry(layer *tar.Writer, path, name string, entry fs.DirEntry) error {
	info, err := entry.Info()
	if err != nil {
		return err
	}
	switch {
	case entry.IsDir():
		mode := int64(0o755)
		if entry.Name() == "tmp" {
			mode = 0o1777
		}
		return layer.WriteHeader(&tar.Header{Name: name + "/", Mode: mode, Typeflag: tar.TypeDir})
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		return layer.WriteHeader(&tar.Header{Name: name, Linkname: target, Mode: 0o777, Typeflag: tar.TypeSymlink})
	case !info.Mode().IsRegular():
		return errors.New(name + " is neither a file, a folder nor a symbolic link")
	}
	mode := int64(0o644)
	if info.Mode()&0o111 != 0 {
		mode = 0o755
	}
	if err := layer.WriteHeader(&tar.Header{Name: name, Size: info.Size(), Mode: mode, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	_, err = io.Copy(layer, file)
	return err
}
