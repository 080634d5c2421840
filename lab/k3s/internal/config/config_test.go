package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// files writes config.yaml and drop-ins, and gives an environment that names the former.
func files(t *testing.T, contents map[string]string) func(string) string {
	t.Helper()
	folder := t.TempDir()
	for name, content := range contents {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func(name string) string {
		return map[string]string{
			"K3S_CONFIG_FILE": filepath.Join(folder, "config.yaml"),
			"K3S_TOKEN":       "from-environment",
		}[name]
	}
}

func TestPrecedence(t *testing.T) {
	env := files(t, map[string]string{
		"config.yaml": "node-ip: 192.0.2.1\nhttps-listen-port: 7443\nnode-label: [a=1, b=2]\n" +
			"tls-san: one.example.org,two.example.org\nsecrets-encryption: true\nkubelet-arg: eviction-hard=a<1,b<2\n",
		"config.yaml.d/10-more.yaml": "node-ip: 192.0.2.2\nnode-label+: [c=3]\nkubelet-arg+: [fail-cgroupv1=false]\n",
		"config.yaml.d/notes.txt":    "foo: bar\n",
	})
	values, err := Read(Server, []string{"--node-name", "Laptop-A", "-d=/data", "--tls-san=x", "--tls-san", "y,z", "--debug"}, env)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{
		"token":              {"from-environment"},
		"node-ip":            {"192.0.2.2"},
		"https-listen-port":  {"7443"},
		"node-label":         {"a=1", "b=2", "c=3"},
		"tls-san":            {"x", "y", "z"},
		"kubelet-arg":        {"eviction-hard=a<1,b<2", "fail-cgroupv1=false"},
		"secrets-encryption": {"true"},
		"node-name":          {"Laptop-A"},
		"data-dir":           {"/data"},
		"debug":              {"true"},
	} {
		if !reflect.DeepEqual(values[name], want) {
			t.Errorf("%s: %q, want %q", name, values[name], want)
		}
	}
	o, err := Complete(Server, values)
	if err != nil {
		t.Fatal(err)
	}
	if o.NodeName != "laptop-a" || o.Port != 7443 || !o.SecretsEncryption || o.ClusterDNS != "10.43.0.10" ||
		o.KubeconfigMode != 0o600 || o.LocalStoragePath != "/data/storage" || o.AdvertiseAddress != "192.0.2.2" {
		t.Errorf("%+v", o)
	}
}

func TestReadFaultsAllAtOnce(t *testing.T) {
	env := files(t, map[string]string{"config.yaml": "foo: 1\nnode-name: [a, b]\ndebug: perhaps\ntls-san: [a]\n"})
	_, err := Read(Agent, []string{"--bar", "value", "stray", "--node-ip"}, env)
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, want := range []string{
		"flag provided but not defined: -bar",
		`unexpected argument "stray"`,
		"flag needs an argument: -node-ip",
		"flag provided but not defined: -foo",
		"node-name takes one value, not a list",
		`invalid boolean value "perhaps" for -debug`,
		"flag provided but not defined: -tls-san",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in:\n%v", want, err)
		}
	}
}

func TestNamedFileMustExist(t *testing.T) {
	env := func(string) string { return "" }
	if _, err := Read(Server, []string{"--config", "/nonexistent.yaml"}, env); err == nil {
		t.Fatal("a file that is not there was accepted")
	}
}

func TestCompleteFaults(t *testing.T) {
	for name, c := range map[string]struct {
		mode   Mode
		values Values
		want   string
	}{
		"agent without server":   {Agent, Values{"token": {"x"}}, "--server is required"},
		"agent without token":    {Agent, Values{"server": {"https://192.0.2.1:6443"}}, "--token is required"},
		"plain http":             {Agent, Values{"server": {"http://192.0.2.1:6443"}, "token": {"x"}}, "only https:// URLs are supported"},
		"bad node name":          {Server, Values{"node-name": {"a_b"}}, `invalid node name "a_b"`},
		"bad node IP":            {Server, Values{"node-ip": {"here"}}, `invalid node-ip: "here" is not an IPv4 address`},
		"bad mode":               {Server, Values{"write-kubeconfig-mode": {"rw"}}, `"rw" is not an octal file mode`},
		"bad port":               {Server, Values{"https-listen-port": {"0"}}, "invalid https-listen-port"},
		"bad cluster CIDR":       {Server, Values{"cluster-cidr": {"10.42.0.0"}}, "invalid cluster-cidr"},
		"not built: etcd":        {Server, Values{"cluster-init": {"true"}}, "cluster-init: not part of this build of k3s"},
		"not built: more server": {Server, Values{"server": {"https://192.0.2.1:6443"}}, "a second server is not part of this build"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.values["node-ip"] == nil {
				c.values["node-ip"] = []string{"192.0.2.1"}
			}
			_, err := Complete(c.mode, c.values)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestIgnoredFlagsAreNamed(t *testing.T) {
	o, err := Complete(Server, Values{"node-ip": {"192.0.2.1"}, "flannel-backend": {"vxlan"}, "cluster-init": {"false"}})
	if err != nil || len(o.Warnings) != 1 || !strings.HasPrefix(o.Warnings[0], "flannel-backend ") {
		t.Fatalf("%v %v", o, err)
	}
}

func TestFlagNamesAreUnique(t *testing.T) {
	for _, mode := range both {
		seen := map[string]bool{}
		for _, f := range flags {
			for _, name := range []string{f.name, f.short} {
				if name != "" && f.in(mode) && seen[name] && f.name != "v" {
					t.Errorf("%s: %s is there twice", mode, name)
				}
				seen[name] = true
			}
		}
	}
}
