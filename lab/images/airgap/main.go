// Command archive-images writes container images into one archive that `docker load`, `podman load` and containerd
// read: archive-images <out.tar[.zst]> <image-folder>...
//
// An image folder holds image.json (see imageConfig) and rootfs/. The same folders give the same bytes: owners are
// root, times are zero, modes are 0755 or 0644 (01777 for folders named tmp).
package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: archive-images <out.tar[.zst]> <image-folder>...")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "archive-images:", err)
		os.Exit(1)
	}
}

func run(outPath string, folders []string) error {
	out, err := os.Create(outPath)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(out, 1<<20)
	if err := compress(buffered, strings.HasSuffix(outPath, ".zst"), folders); err != nil {
		_ = out.Close()
		return err
	}
	if err := buffered.Flush(); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

func compress(out io.Writer, compressed bool, folders []string) error {
	if !compressed {
		return writeArchive(out, folders)
	}
	// One thread: the frames' borders must not depend on the number of processors.
	encoder, err := zstd.NewWriter(out, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	if err := writeArchive(encoder, folders); err != nil {
		return err
	}
	return encoder.Close()
}

func addBytes(archive *tar.Writer, name string, content []byte) error {
	header := &tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644, Typeflag: tar.TypeReg}
	if err := archive.WriteHeader(header); err != nil {
		return err
	}
	_, err := io.Copy(archive, bytes.NewReader(content))
	return err
}
