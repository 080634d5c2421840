package server

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	kine "github.com/k3s-io/kine/pkg/server"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"onprem-blog/lab/k3s/internal/config"
	"onprem-blog/lab/k3s/internal/join"
	"onprem-blog/lab/k3s/internal/token"
)

func TestPasswords(t *testing.T) {
	p := passwords{server: "s", agent: "a"}
	for _, c := range []struct {
		user, password string
		accepted       bool
	}{
		{"server", "s", true}, {"node", "a", true}, {"", "s", true}, {"", "a", true},
		{"node", "s", false}, {"server", "a", false}, {"", "x", false}, {"root", "s", false}, {"node", "", false},
	} {
		if p.accepts(c.user, c.password) != c.accepted {
			t.Errorf("%s:%s accepted is not %v", c.user, c.password, c.accepted)
		}
	}
}

// memoryStore is a datastore that is gone with the test.
type memoryStore map[string]*kine.KeyValue

func (m memoryStore) List(_ context.Context, key, end string, _, _ int64, _ bool) (int64, []*kine.KeyValue, error) {
	var found []*kine.KeyValue
	for _, entry := range m {
		if entry.Key >= key && entry.Key < end {
			found = append(found, entry)
		}
	}
	return 0, found, nil
}

func (m memoryStore) Create(_ context.Context, key string, value []byte, _ int64) (int64, error) {
	if m[key] != nil {
		return 0, kine.ErrKeyExists
	}
	m[key] = &kine.KeyValue{Key: key, Value: value, ModRevision: 1}
	return 1, nil
}

func (m memoryStore) Update(_ context.Context, key string, value []byte, revision, _ int64) (int64, *kine.KeyValue, bool, error) {
	m[key] = &kine.KeyValue{Key: key, Value: value, ModRevision: revision + 1}
	return revision + 1, m[key], true, nil
}

func (m memoryStore) Delete(_ context.Context, key string, revision int64) (int64, *kine.KeyValue, bool, error) {
	gone := m[key]
	delete(m, key)
	return revision + 1, gone, true, nil
}

// startFiles does what a start does before the API server runs.
func startFiles(t *testing.T, datastore memoryStore, o config.Options) (*Server, error) {
	t.Helper()
	o.ClusterDomain, o.ServiceCIDR, o.SecretsEncryption = "cluster.local", "10.43.0.0/16", true
	o.KubeconfigPath, o.KubeconfigMode = filepath.Join(o.DataDir, "k3s.yaml"), 0o600
	s := New(&o, "")
	s.store = datastore
	if err := s.settlePasswords(); err != nil {
		return s, err
	}
	if err := s.loadBootstrap(t.Context()); err != nil {
		return s, err
	}
	if err := s.writeCertificates(); err != nil {
		t.Fatal(err)
	}
	if err := s.writeTokens(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.writeEncryptionConfig(); err != nil {
		t.Fatal(err)
	}
	return s, s.saveBootstrap(t.Context())
}

func TestBootstrap(t *testing.T) {
	datastore := memoryStore{}
	first, err := startFiles(t, datastore, config.Options{DataDir: t.TempDir(), Token: "secret"})
	if err != nil || len(datastore) != 1 {
		t.Fatalf("%v %v", datastore, err)
	}
	entry := datastore[bootstrapKey("secret")]
	if entry == nil || bytes.Contains(entry.Value, []byte("PRIVATE KEY")) {
		t.Fatalf("%v", entry)
	}
	// A second start changes nothing.
	if _, err := startFiles(t, datastore, config.Options{DataDir: first.options.DataDir, Token: "secret"}); err != nil || datastore[entry.Key] != entry {
		t.Errorf("%v %v", entry, err)
	}
	// Another token finds another cluster's data, on a new disk as well.
	for _, dataDir := range []string{first.options.DataDir, t.TempDir()} {
		for _, other := range []string{"other", ""} {
			o := config.Options{DataDir: dataDir, Token: other}
			if _, err := startFiles(t, datastore, o); err != errTokenChanged && !(other == "" && dataDir == first.options.DataDir) {
				t.Errorf("%q: got %v", other, err)
			}
		}
	}
	// The same token makes a new disk the same cluster.
	again, err := startFiles(t, datastore, config.Options{DataDir: t.TempDir(), Token: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range bootstrapFiles {
		a, err := os.ReadFile(first.path(name))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(again.path(name)); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s is another: %v", name, err)
		}
	}
}

func TestTokenFiles(t *testing.T) {
	dataDir, datastore := t.TempDir(), memoryStore{}
	start := func(o config.Options) (*Server, error) {
		o.DataDir = dataDir
		return startFiles(t, datastore, o)
	}
	s, err := start(config.Options{Token: "short"})
	if err != nil || s.passwords.get() != (passwords{"short", "short"}) {
		t.Fatalf("%+v %v", s.passwords.get(), err)
	}
	for _, name := range []string{"token", "node-token", "agent-token"} {
		text, err := token.FromFile(s.path(name))
		if err != nil || text != s.Token() {
			t.Errorf("%s: %q %v", name, text, err)
		}
	}
	// Kept when none is given; the agents' own may come and go.
	if s, err = start(config.Options{AgentToken: "agents"}); err != nil || s.passwords.get() != (passwords{"short", "agents"}) {
		t.Fatalf("%+v %v", s.passwords.get(), err)
	}
	if text, err := token.FromFile(s.path("agent-token")); err != nil || !strings.HasSuffix(text, "::node:agents") {
		t.Errorf("%q %v", text, err)
	}
	if _, err := start(config.Options{Token: "other"}); err != errTokenChanged {
		t.Errorf("got %v", err)
	}
}

func TestRotateToken(t *testing.T) {
	datastore := memoryStore{}
	start := func(o config.Options) (*Server, error) { return startFiles(t, datastore, o) }
	dataDir := t.TempDir()
	s, err := start(config.Options{DataDir: dataDir, Token: "old", AgentToken: "agents"})
	if err != nil {
		t.Fatal(err)
	}
	handler := s.supervisor(http.NotFoundHandler())
	put := func(user, password, body string) int {
		request := httptest.NewRequest(http.MethodPut, join.PathToken, strings.NewReader(body))
		request.SetBasicAuth(user, password)
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		return response.Code
	}
	for _, c := range []struct {
		user, password, body string
		code                 int
	}{
		{"server", "other", `{"newToken":"new"}`, http.StatusUnauthorized},
		{"node", "agents", `{"newToken":"new"}`, http.StatusUnauthorized},
		{"", "old", `{"newToken":"new"}`, http.StatusUnauthorized},
		{"server", "old", `{`, http.StatusBadRequest},
		{"server", "old", `{"newToken":"K10x"}`, http.StatusBadRequest},
		{"server", "old", `{"newToken":"new"}`, http.StatusOK},
		{"server", "old", `{"newToken":"newer"}`, http.StatusUnauthorized},
	} {
		if code := put(c.user, c.password, c.body); code != c.code {
			t.Errorf("%v: %d", c, code)
		}
	}
	if s.passwords.get() != (passwords{"new", "agents"}) {
		t.Errorf("%+v", s.passwords.get())
	}
	if text, err := token.FromFile(s.path("token")); err != nil || !strings.HasSuffix(text, "::server:new") {
		t.Errorf("%q %v", text, err)
	}
	// A server that is configured with the old one does not start any more.
	if _, err := start(config.Options{DataDir: dataDir, Token: "old"}); err != errTokenChanged {
		t.Errorf("got %v", err)
	}
	if len(datastore) != 1 || datastore[bootstrapKey("new")] == nil {
		t.Errorf("%v", datastore)
	}
	s, err = start(config.Options{DataDir: dataDir, Token: "new"})
	if err != nil {
		t.Fatal(err)
	}
	// Agents that join with the server's own token follow it; an empty request leaves the choice to the server.
	handler = s.supervisor(http.NotFoundHandler())
	if code := put("server", "new", `{}`); code != http.StatusOK {
		t.Error(code)
	}
	if p := s.passwords.get(); p.server != p.agent || len(p.server) != 32 {
		t.Errorf("%+v", p)
	}
}

func TestEncryptionStatus(t *testing.T) {
	o := config.Options{DataDir: t.TempDir()}
	text, err := EncryptionStatus(o.DataDir)
	if err != nil || text != "Encryption Status: Disabled, no configuration file found\n" {
		t.Fatalf("%q %v", text, err)
	}
	s := New(&o, "")
	path, err := s.writeEncryptionConfig()
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.writeEncryptionConfig(); err != nil {
		t.Fatal(err)
	}
	if second, err := os.ReadFile(path); err != nil || string(first) != string(second) {
		t.Fatal("the key was replaced")
	}
	text, err = EncryptionStatus(o.DataDir)
	if err != nil || !strings.HasPrefix(text, "Encryption Status: Enabled\n") || !strings.Contains(text, " *      AES-CBC   aescbckey") {
		t.Fatalf("%q %v", text, err)
	}
}

func TestAddons(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a.yaml", "b.yml", "c.json", "d.txt", "e.yaml", "e.yaml.skip", "f/g.yaml", "h.yaml"} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	addons, err := readAddons(folder, []string{"f", "h"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range addons {
		names = append(names, one.name)
	}
	if want := []string{"a.yaml", "b.yml", "c.json"}; !reflect.DeepEqual(names, want) {
		t.Fatalf("%q, want %q", names, want)
	}
}

func TestDecode(t *testing.T) {
	objects, err := decode([]byte(`# a comment
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: one}}
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: two}}
---
apiVersion: v1
kind: Namespace
metadata: {name: three}
`))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range objects {
		names = append(names, one.GetName())
	}
	if want := []string{"one", "two", "three"}; !reflect.DeepEqual(names, want) {
		t.Fatalf("%q, want %q", names, want)
	}
}

func TestAssign(t *testing.T) {
	node := func(address string, ready corev1.ConditionStatus) *corev1.Node {
		return &corev1.Node{Status: corev1.NodeStatus{
			Addresses:  []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: address}},
			Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: ready}},
		}}
	}
	service := func(name string, age int, kind corev1.ServiceType, ports ...int32) *corev1.Service {
		one := &corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: name, CreationTimestamp: metav1.NewTime(time.Unix(int64(1000-age), 0))},
			Spec:       corev1.ServiceSpec{Type: kind},
		}
		for _, port := range ports {
			one.Spec.Ports = append(one.Spec.Ports, corev1.ServicePort{Port: port, Protocol: corev1.ProtocolTCP})
		}
		return one
	}
	nodes := []*corev1.Node{node("192.0.2.2", "True"), node("192.0.2.1", "True"), node("192.0.2.3", "False")}
	traefik := service("traefik", 9, corev1.ServiceTypeLoadBalancer, 80, 443)
	second := service("second", 5, corev1.ServiceTypeLoadBalancer, 443)
	third := service("third", 1, corev1.ServiceTypeLoadBalancer, 8443)
	internal := service("internal", 9, corev1.ServiceTypeClusterIP, 80)
	got := assign(nodes, []*corev1.Service{third, internal, second, traefik})
	both := []string{"192.0.2.1", "192.0.2.2"}
	want := map[*corev1.Service][]string{traefik: both, second: nil, third: both}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%v", got)
	}
}

func TestHashPassword(t *testing.T) {
	salt := token.Random()
	if len(salt) != saltLength {
		t.Fatalf("salt of %d", len(salt))
	}
	if hashPassword(salt, "a") != hashPassword(salt, "a") || hashPassword(salt, "a") == hashPassword(salt, "b") {
		t.Fatal("not a hash of the password")
	}
}
