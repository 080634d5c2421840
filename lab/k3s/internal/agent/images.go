package agent

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/sirupsen/logrus"

	"onprem-blog/lab/k3s/internal/pki"
)

// imageSuffixes are the archives that are imported from `agent/images`.
var imageSuffixes = []string{".tar", ".tar.gz", ".tgz", ".tar.zst", ".zst"}

// imported tells whether an archive is the one that was imported before.
type imported struct {
	Size     int64 `json:"size"`
	Modified int64 `json:"modified"`
}

func isImageArchive(name string) bool {
	for _, suffix := range imageSuffixes {
		if strings.HasSuffix(name, suffix) && name != suffix {
			return true
		}
	}
	return false
}

// importImages imports every new or changed archive of `agent/images`. An archive that cannot be read is reported, and
// does not keep the node from starting, as in k3s. The record lies in containerd's own folder, and goes with it.
func (a *Agent) importImages(ctx context.Context) error {
	recordFile := a.path("containerd/imported-images.json")
	record := map[string]imported{}
	if content, err := os.ReadFile(recordFile); err == nil {
		if err := json.Unmarshal(content, &record); err != nil {
			logrus.Warnf("%s: %v", recordFile, err)
		}
	}
	entries, err := os.ReadDir(a.path("images"))
	if err != nil {
		return err
	}
	present := map[string]imported{}
	for _, entry := range entries {
		info, err := os.Stat(a.path("images/" + entry.Name()))
		if err != nil || info.IsDir() || !isImageArchive(entry.Name()) {
			continue
		}
		now := imported{info.Size(), info.ModTime().UnixNano()}
		if record[entry.Name()] != now {
			if err := a.importArchive(ctx, a.path("images/"+entry.Name())); err != nil {
				logrus.Errorf("Unable to import %s: %v", entry.Name(), err)
				continue
			}
		}
		present[entry.Name()] = now
	}
	content, err := json.Marshal(present)
	if err != nil {
		return err
	}
	return pki.WriteFile(recordFile, content, 0o600)
}

// importArchive imports the images of one archive and pins them, so that the kubelet does not clear them away: they
// could not be pulled again.
func (a *Agent) importArchive(ctx context.Context, path string) error {
	start := time.Now()
	archive, err := openArchive(path)
	if err != nil {
		return err
	}
	output, err := a.ctr(ctx, archive, "images", "import", "--local", "-")
	if err := errors.Join(err, archive.Close()); err != nil {
		return err
	}
	names := importedNames(output)
	for _, name := range names {
		labels := []string{"io.cattle.k3s.pinned=pinned", "io.cri-containerd.pinned=pinned"}
		if _, err := a.ctr(ctx, nil, append([]string{"images", "label", name}, labels...)...); err != nil {
			return fmt.Errorf("pinning %s: %w", name, err)
		}
	}
	logrus.Infof("Imported %d images from %s in %s", len(names), filepath.Base(path), time.Since(start).Round(time.Millisecond))
	return nil
}

// archiveReader is a decompressed archive; closing it closes the file too.
type archiveReader struct {
	io.Reader
	close func() error
}

func (r *archiveReader) Close() error { return r.close() }

// openArchive reads a plain, gzip or zstd archive: ctr itself takes plain ones only.
func openArchive(path string) (io.ReadCloser, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	buffered := bufio.NewReaderSize(file, 1<<20)
	magic, err := buffered.Peek(4)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		decoder, err := zstd.NewReader(buffered)
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return &archiveReader{decoder, func() error { decoder.Close(); return file.Close() }}, nil
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		decoder, err := gzip.NewReader(buffered)
		if err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return &archiveReader{decoder, func() error { return errors.Join(decoder.Close(), file.Close()) }}, nil
	}
	return &archiveReader{buffered, file.Close}, nil
}

// importedNames reads the names from what `ctr images import` prints: `unpacking <name> (<digest>)...done`.
func importedNames(output string) []string {
	var names []string
	for line := range strings.Lines(output) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "unpacking ")
		name, _, more := strings.Cut(rest, " (")
		if ok && more {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}
