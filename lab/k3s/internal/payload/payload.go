// Package payload is the self-extracting form of the k3s binary: a small launcher, followed by a zstd-compressed tar
// archive of everything k3s brings, followed by a trailer that tells where the archive starts and what its sha256 is.
package payload

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

// magic ends a binary that carries a payload.
var magic = [16]byte{'k', '3', 's', ' ', 'l', 'a', 'b', ' ', 'p', 'a', 'y', 'l', 'o', 'a', 'd', '\n'}

// trailer is the fixed-size end of the binary.
type trailer struct {
	Size  uint64
	Hash  [sha256.Size]byte
	Magic [16]byte
}

// Payload is the archive inside an open binary.
type Payload struct {
	archive *io.SectionReader
	hash    [sha256.Size]byte
}

// Open finds the payload of a binary.
func Open(binaryFile *os.File) (*Payload, error) {
	info, err := binaryFile.Stat()
	if err != nil {
		return nil, err
	}
	var end trailer
	offset := info.Size() - int64(binary.Size(end))
	if offset < 0 {
		return nil, errors.New("this binary carries no payload")
	}
	if err := binary.Read(io.NewSectionReader(binaryFile, offset, int64(binary.Size(end))), binary.BigEndian, &end); err != nil {
		return nil, err
	}
	start := offset - int64(end.Size)
	if end.Magic != magic || start < 0 {
		return nil, errors.New("this binary carries no payload")
	}
	return &Payload{io.NewSectionReader(binaryFile, start, int64(end.Size)), end.Hash}, nil
}

// ID names the payload's content: its sha256 in hexadecimal.
func (p *Payload) ID() string { return hex.EncodeToString(p.hash[:]) }

// Extract unpacks the payload to `<dataDir>/data/<ID>`, unless it is there, and points `data/current` at it.
func (p *Payload) Extract(dataDir string) (string, error) {
	target := filepath.Join(dataDir, "data", p.ID())
	if _, err := os.Stat(target); err != nil {
		if err := p.unpack(target); err != nil {
			return "", fmt.Errorf("extracting to %s: %w", target, err)
		}
	}
	return target, pointTo(filepath.Join(dataDir, "data", "current"), target)
}

// unpack writes to a folder of its own and renames it, so that a half-unpacked payload is never used.
func (p *Payload) unpack(target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	temporary, err := os.MkdirTemp(filepath.Dir(target), ".unpack-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	if err := os.Chmod(temporary, 0o755); err != nil {
		return err
	}

	sum := sha256.New()
	tee := io.TeeReader(p.archive, sum)
	decoder, err := zstd.NewReader(tee)
	if err != nil {
		return err
	}
	defer decoder.Close()
	archive := tar.NewReader(decoder)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if err := writeEntry(temporary, header, archive); err != nil {
			return err
		}
	}
	if _, err := io.Copy(io.Discard, tee); err != nil {
		return err
	}
	if !bytes.Equal(sum.Sum(nil), p.hash[:]) {
		return errors.New("the binary is damaged: its payload does not have the sha256 that it names")
	}
	if err := os.Rename(temporary, target); err != nil && !errors.Is(err, os.ErrExist) {
		if _, there := os.Stat(target); there != nil {
			return err
		}
	}
	return nil
}

func writeEntry(root string, header *tar.Header, content io.Reader) error {
	path := filepath.Join(root, filepath.Clean("/"+header.Name))
	if header.Typeflag != tar.TypeReg {
		return fmt.Errorf("unexpected entry %s", header.Name)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, os.FileMode(header.Mode)&0o777)
	if err != nil {
		return err
	}
	if _, err := io.Copy(file, content); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

func pointTo(link, target string) error {
	if now, err := os.Readlink(link); err == nil && now == target {
		return nil
	}
	temporary := fmt.Sprintf("%s.%d", link, os.Getpid())
	if err := os.Symlink(target, temporary); err != nil {
		return err
	}
	return os.Rename(temporary, link)
}

// Write makes a binary of a launcher and the files of a folder. The same inputs give the same bytes.
func Write(out io.Writer, launcher io.Reader, folder string) error {
	if _, err := io.Copy(out, launcher); err != nil {
		return err
	}
	sum := sha256.New()
	counter := &countingWriter{to: io.MultiWriter(out, sum)}
	// One thread: the frames' borders must not depend on the number of processors.
	encoder, err := zstd.NewWriter(counter, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return err
	}
	archive := tar.NewWriter(encoder)
	err = filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return addFile(archive, folder, path)
	})
	if err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	end := trailer{Size: counter.written, Magic: magic}
	copy(end.Hash[:], sum.Sum(nil))
	return binary.Write(out, binary.BigEndian, end)
}

func addFile(archive *tar.Writer, root, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	mode := int64(0o644)
	if info.Mode()&0o111 != 0 {
		mode = 0o755
	}
	if err := archive.WriteHeader(&tar.Header{Name: name, Size: info.Size(), Mode: mode, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	_, err = io.Copy(archive, file)
	return err
}

type countingWriter struct {
	to      io.Writer
	written uint64
}

func (c *countingWriter) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	c.written += uint64(n)
	return n, err
}
