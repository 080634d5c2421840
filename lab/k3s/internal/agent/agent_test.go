package agent

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	corev1 "k8s.io/api/core/v1"
)

func TestParseTaints(t *testing.T) {
	taints, err := parseTaints([]string{"lab=yes:NoSchedule", "lonely:NoExecute"})
	want := []corev1.Taint{{Key: "lab", Value: "yes", Effect: "NoSchedule"}, {Key: "lonely", Effect: "NoExecute"}}
	if err != nil || !reflect.DeepEqual(taints, want) {
		t.Fatalf("%v %v", taints, err)
	}
	for _, faulty := range []string{"", "lab=yes", "lab=yes:Never", "=yes:NoSchedule"} {
		if _, err := parseTaints([]string{faulty}); err == nil {
			t.Errorf("%q was accepted", faulty)
		}
	}
}

func TestLabels(t *testing.T) {
	wanted := parseLabels([]string{"a=1", "example.org/b=x=y", "c"})
	if want := map[string]string{"a": "1", "example.org/b": "x=y", "c": ""}; !reflect.DeepEqual(wanted, want) {
		t.Errorf("%v, want %v", wanted, want)
	}
	missing := missingLabels(map[string]string{"a": "2", "example.org/b": "x=y", "other": "stays"}, wanted)
	if want := map[string]string{"a": "1", "c": ""}; !reflect.DeepEqual(missing, want) {
		t.Errorf("%v, want %v", missing, want)
	}
}

func TestUsableResolvConf(t *testing.T) {
	for content, usable := range map[string]bool{
		"search example.org\nnameserver 192.0.2.53\n": true,
		"nameserver 127.0.0.53\n":                     false,
		"nameserver 192.0.2.53\nnameserver ::1\n":     false,
		"# nameserver 192.0.2.53\n":                   false,
		"":                                            false,
	} {
		if usableResolvConf(content) != usable {
			t.Errorf("%q usable is not %v", content, usable)
		}
	}
}

func TestImageArchives(t *testing.T) {
	for name, is := range map[string]bool{
		"a.tar": true, "a.tar.zst": true, "a.tar.gz": true, "a.tgz": true, "a.txt": false, ".tar": false, "a.tar.part": false,
	} {
		if isImageArchive(name) != is {
			t.Errorf("%s: is not %v", name, is)
		}
	}
	names := importedNames("unpacking docker.io/b:1 (sha256:00)...done\nother\nunpacking docker.io/a:1 (sha256:11)...done\n")
	if want := []string{"docker.io/a:1", "docker.io/b:1"}; !reflect.DeepEqual(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

func TestOpenArchive(t *testing.T) {
	const content = "an archive of images"
	compress := map[string]func(io.Writer) io.WriteCloser{
		"zstd": func(w io.Writer) io.WriteCloser {
			encoder, err := zstd.NewWriter(w)
			if err != nil {
				t.Fatal(err)
			}
			return encoder
		},
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
	}
	archives := map[string][]byte{"plain": []byte(content)}
	for name, make := range compress {
		var out bytes.Buffer
		writer := make(&out)
		if _, err := io.Copy(writer, strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		archives[name] = out.Bytes()
	}
	for name, archive := range archives {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, archive, 0o600); err != nil {
			t.Fatal(err)
		}
		reader, err := openArchive(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(reader)
		if err != nil || string(got) != content || reader.Close() != nil {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}
