package config

// Mode is the subcommand whose flags are read.
type Mode string

const (
	Server Mode = "server"
	Agent  Mode = "agent"
)

type kind int

const (
	text kind = iota
	boolean
	list
)

type support int

const (
	// supported flags do what they do in k3s.
	supported support = iota
	// ignored flags are accepted with a warning: they tune a part that the stand-in does not have.
	ignored
	// refused flags ask for a part that the stand-in does not have.
	refused
)

type flag struct {
	name    string
	kind    kind
	env     string
	short   string
	modes   []Mode
	support support
}

var (
	both   = []Mode{Server, Agent}
	server = []Mode{Server}
)

// flags are k3s' own, so that a key which k3s would refuse is refused here too.
// Source: k3s' command line reference for `k3s server` and `k3s agent`.
var flags = []flag{
	{name: "config", short: "c", modes: both, env: "K3S_CONFIG_FILE"},
	{name: "debug", kind: boolean, env: "K3S_DEBUG", modes: both},
	{name: "v", modes: both, support: ignored},
	{name: "vmodule", modes: both, support: ignored},
	{name: "log", short: "l", modes: both, support: ignored},
	{name: "alsologtostderr", kind: boolean, modes: both, support: ignored},
	{name: "data-dir", short: "d", env: "K3S_DATA_DIR", modes: both},

	{name: "token", short: "t", env: "K3S_TOKEN", modes: both},
	{name: "token-file", env: "K3S_TOKEN_FILE", modes: both},
	{name: "server", short: "s", env: "K3S_URL", modes: both},
	{name: "agent-token", env: "K3S_AGENT_TOKEN", modes: server},
	{name: "agent-token-file", env: "K3S_AGENT_TOKEN_FILE", modes: server},

	{name: "node-name", env: "K3S_NODE_NAME", modes: both},
	{name: "with-node-id", kind: boolean, modes: both, support: refused},
	{name: "node-label", kind: list, modes: both},
	{name: "node-taint", kind: list, modes: both},
	{name: "node-ip", kind: list, short: "i", modes: both},
	{name: "node-external-ip", kind: list, modes: both, support: ignored},
	{name: "node-internal-dns", kind: list, modes: both, support: ignored},
	{name: "node-external-dns", kind: list, modes: both, support: ignored},
	{name: "resolv-conf", env: "K3S_RESOLV_CONF", modes: both},
	{name: "flannel-iface", modes: both},
	{name: "flannel-conf", modes: both, support: ignored},
	{name: "flannel-cni-conf", modes: both, support: ignored},
	{name: "vpn-auth", env: "K3S_VPN_AUTH", modes: both, support: refused},
	{name: "vpn-auth-file", env: "K3S_VPN_AUTH_FILE", modes: both, support: refused},
	{name: "kubelet-arg", kind: list, modes: both},
	{name: "kube-proxy-arg", kind: list, modes: both},
	{name: "protect-kernel-defaults", kind: boolean, modes: both},
	{name: "selinux", kind: boolean, env: "K3S_SELINUX", modes: both, support: refused},
	{name: "lb-server-port", env: "K3S_LB_SERVER_PORT", modes: both, support: ignored},
	{name: "image-credential-provider-bin-dir", modes: both, support: ignored},
	{name: "image-credential-provider-config", modes: both, support: ignored},
	{name: "docker", kind: boolean, modes: both, support: refused},
	{name: "container-runtime-endpoint", modes: both, support: refused},
	{name: "image-service-endpoint", modes: both, support: refused},
	{name: "default-runtime", modes: both, support: refused},
	{name: "nonroot-devices", kind: boolean, modes: both, support: ignored},
	{name: "disable-default-registry-endpoint", kind: boolean, modes: both, support: ignored},
	{name: "pause-image", modes: both},
	{name: "snapshotter", modes: both},
	{name: "private-registry", modes: both},
	{name: "prefer-bundled-bin", kind: boolean, modes: both, support: ignored},
	{name: "rootless", kind: boolean, modes: both, support: refused},
	{name: "enable-pprof", kind: boolean, modes: both, support: ignored},
	{name: "bind-address", env: "K3S_BIND_ADDRESS", modes: both},
	{name: "disable-apiserver-lb", kind: boolean, modes: []Mode{Agent}, support: ignored},

	{name: "https-listen-port", modes: server},
	{name: "supervisor-port", modes: server, support: refused},
	{name: "advertise-address", modes: server},
	{name: "advertise-port", modes: server, support: refused},
	{name: "tls-san", kind: list, modes: server},
	{name: "tls-san-security", kind: boolean, modes: server, support: ignored},
	{name: "cluster-cidr", kind: list, modes: server},
	{name: "service-cidr", kind: list, modes: server},
	{name: "service-node-port-range", modes: server},
	{name: "cluster-dns", kind: list, modes: server},
	{name: "cluster-domain", modes: server},
	{name: "flannel-backend", modes: server, support: ignored},
	{name: "flannel-ipv6-masq", kind: boolean, modes: server, support: ignored},
	{name: "flannel-external-ip", kind: boolean, modes: server, support: ignored},
	{name: "egress-selector-mode", modes: server, support: ignored},
	{name: "servicelb-namespace", modes: server, support: ignored},
	{name: "write-kubeconfig", short: "o", env: "K3S_KUBECONFIG_OUTPUT", modes: server},
	{name: "write-kubeconfig-mode", env: "K3S_KUBECONFIG_MODE", modes: server},
	{name: "write-kubeconfig-group", env: "K3S_KUBECONFIG_GROUP", modes: server, support: ignored},
	{name: "helm-job-image", modes: server, support: ignored},
	{name: "cluster-init", kind: boolean, env: "K3S_CLUSTER_INIT", modes: server, support: refused},
	{name: "cluster-reset", kind: boolean, env: "K3S_CLUSTER_RESET", modes: server, support: refused},
	{name: "cluster-reset-restore-path", modes: server, support: refused},
	{name: "kube-apiserver-arg", kind: list, modes: server},
	{name: "etcd-arg", kind: list, modes: server, support: ignored},
	{name: "kube-scheduler-arg", kind: list, modes: server},
	{name: "kube-controller-manager-arg", kind: list, modes: server},
	{name: "kube-cloud-controller-manager-arg", kind: list, modes: server, support: ignored},
	{name: "datastore-endpoint", env: "K3S_DATASTORE_ENDPOINT", modes: server, support: refused},
	{name: "datastore-cafile", env: "K3S_DATASTORE_CAFILE", modes: server, support: refused},
	{name: "datastore-certfile", env: "K3S_DATASTORE_CERTFILE", modes: server, support: refused},
	{name: "datastore-keyfile", env: "K3S_DATASTORE_KEYFILE", modes: server, support: refused},
	{name: "etcd-expose-metrics", kind: boolean, modes: server, support: ignored},
	{name: "etcd-disable-snapshots", kind: boolean, modes: server, support: ignored},
	{name: "etcd-snapshot-name", modes: server, support: ignored},
	{name: "etcd-snapshot-schedule-cron", modes: server, support: ignored},
	{name: "etcd-snapshot-retention", modes: server, support: ignored},
	{name: "etcd-snapshot-dir", modes: server, support: ignored},
	{name: "etcd-snapshot-compress", kind: boolean, modes: server, support: ignored},
	{name: "etcd-s3", kind: boolean, modes: server, support: refused},
	{name: "default-local-storage-path", modes: server},
	{name: "disable", kind: list, modes: server},
	{name: "disable-scheduler", kind: boolean, modes: server, support: refused},
	{name: "disable-cloud-controller", kind: boolean, modes: server, support: ignored},
	{name: "disable-kube-proxy", kind: boolean, modes: server, support: refused},
	{name: "disable-network-policy", kind: boolean, modes: server, support: ignored},
	{name: "disable-helm-controller", kind: boolean, modes: server, support: ignored},
	{name: "disable-agent", kind: boolean, modes: server, support: refused},
	{name: "embedded-registry", kind: boolean, modes: server, support: refused},
	{name: "supervisor-metrics", kind: boolean, modes: server, support: ignored},
	{name: "system-default-registry", modes: server, support: refused},
	{name: "kine-tls", kind: boolean, modes: server, support: ignored},
	{name: "secrets-encryption", kind: boolean, modes: server},
	{name: "secrets-encryption-provider", modes: server, support: ignored},
}

func (f flag) in(mode Mode) bool {
	for _, m := range f.modes {
		if m == mode {
			return true
		}
	}
	return false
}

// lookup finds a flag by its long or one-letter name.
func lookup(mode Mode, name string) (flag, bool) {
	for _, f := range flags {
		if f.in(mode) && (f.name == name || (f.short != "" && f.short == name)) {
			return f, true
		}
	}
	return flag{}, false
}
