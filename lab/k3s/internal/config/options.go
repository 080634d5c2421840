package config

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sort"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Options are a node's settings, checked and completed with k3s' defaults.
type Options struct {
	Mode    Mode
	Debug   bool
	DataDir string

	Token          string
	TokenFile      string
	AgentToken     string
	AgentTokenFile string
	// ServerURL is where an agent joins, without a trailing slash.
	ServerURL string

	NodeName              string
	NodeIP                string
	NodeLabels            []string
	NodeTaints            []string
	FlannelInterface      string
	ResolvConf            string
	KubeletArgs           []string
	KubeProxyArgs         []string
	ProtectKernelDefaults bool
	PauseImage            string
	Snapshotter           string
	RegistriesFile        string

	BindAddress           string
	Port                  int
	AdvertiseAddress      string
	TLSSANs               []string
	ClusterCIDR           string
	ServiceCIDR           string
	ServiceNodePortRange  string
	ClusterDNS            string
	ClusterDomain         string
	KubeconfigPath        string
	KubeconfigMode        os.FileMode
	APIServerArgs         []string
	SchedulerArgs         []string
	ControllerManagerArgs []string
	LocalStoragePath      string
	Disabled              []string
	SecretsEncryption     bool

	// Warnings name settings that are accepted and have no effect here.
	Warnings []string
}

const (
	// DefaultDataDir is where k3s keeps everything when it runs as root.
	DefaultDataDir = "/var/lib/rancher/k3s"
	// PauseImage is k3s' own default sandbox image.
	PauseImage = "docker.io/rancher/mirrored-pause:3.6"
	// RegistriesPath names mirrors of registries, and what they want to know of who asks.
	RegistriesPath = "/etc/rancher/k3s/registries.yaml"
	// KubeconfigPath is the admin's kubeconfig.
	KubeconfigPath = "/etc/rancher/k3s/k3s.yaml"
)

// DataDir finds the data directory alone, for the launcher, which leaves every other fault to the server or agent.
func DataDir(mode Mode, args []string, env func(string) string) string {
	values, err := Read(mode, args, env)
	if err != nil {
		return DefaultDataDir
	}
	return values.text("data-dir", DefaultDataDir)
}

// Complete turns raw values into options, or says everything that is wrong with them.
func Complete(mode Mode, values Values) (*Options, error) {
	o := &Options{
		Mode:                  mode,
		Debug:                 values.boolean("debug"),
		DataDir:               values.text("data-dir", DefaultDataDir),
		Token:                 values.text("token", ""),
		TokenFile:             values.text("token-file", ""),
		AgentToken:            values.text("agent-token", ""),
		AgentTokenFile:        values.text("agent-token-file", ""),
		ServerURL:             strings.TrimRight(values.text("server", ""), "/"),
		NodeLabels:            values["node-label"],
		NodeTaints:            values["node-taint"],
		FlannelInterface:      values.text("flannel-iface", ""),
		ResolvConf:            values.text("resolv-conf", ""),
		KubeletArgs:           values["kubelet-arg"],
		KubeProxyArgs:         values["kube-proxy-arg"],
		ProtectKernelDefaults: values.boolean("protect-kernel-defaults"),
		PauseImage:            values.text("pause-image", PauseImage),
		Snapshotter:           values.text("snapshotter", "overlayfs"),
		RegistriesFile:        values.text("private-registry", RegistriesPath),
		BindAddress:           values.text("bind-address", "0.0.0.0"),
		TLSSANs:               values["tls-san"],
		ClusterCIDR:           values.text("cluster-cidr", "10.42.0.0/16"),
		ServiceCIDR:           values.text("service-cidr", "10.43.0.0/16"),
		ServiceNodePortRange:  values.text("service-node-port-range", "30000-32767"),
		ClusterDomain:         values.text("cluster-domain", "cluster.local"),
		KubeconfigPath:        values.text("write-kubeconfig", KubeconfigPath),
		APIServerArgs:         values["kube-apiserver-arg"],
		SchedulerArgs:         values["kube-scheduler-arg"],
		ControllerManagerArgs: values["kube-controller-manager-arg"],
		Disabled:              values["disable"],
		SecretsEncryption:     values.boolean("secrets-encryption"),
	}
	o.LocalStoragePath = values.text("default-local-storage-path", o.DataDir+"/storage")

	var faults []string
	note := func(err error) {
		if err != nil {
			faults = append(faults, err.Error())
		}
	}
	faults = append(faults, o.checkSupport(values)...)
	note(o.setNode(values))
	note(o.setJoin())
	if mode == Server {
		note(o.setNetwork(values))
		note(o.setKubeconfigMode(values.text("write-kubeconfig-mode", "0600")))
	}
	if len(faults) > 0 {
		return nil, errors.New(strings.Join(faults, "\n"))
	}
	return o, nil
}

func (o *Options) checkSupport(values Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	var faults []string
	for _, name := range names {
		f, _ := lookup(o.Mode, name)
		if f.kind == boolean && !values.boolean(name) {
			continue
		}
		switch f.support {
		case supported:
		case ignored:
			o.Warnings = append(o.Warnings, fmt.Sprintf("%s is accepted and has no effect in this build", name))
		case refused:
			faults = append(faults, fmt.Sprintf("%s: not part of this build of k3s", name))
		}
	}
	return faults
}

func (o *Options) setNode(values Values) error {
	name := values.text("node-name", "")
	if name == "" {
		host, err := os.Hostname()
		if err != nil {
			return fmt.Errorf("node-name is not set and the host has no name: %w", err)
		}
		name = host
	}
	o.NodeName = strings.ToLower(name)
	if problems := validation.IsDNS1123Subdomain(o.NodeName); len(problems) > 0 {
		return fmt.Errorf("invalid node name %q: %s", o.NodeName, strings.Join(problems, "; "))
	}
	addresses := values["node-ip"]
	if len(addresses) > 1 {
		return fmt.Errorf("node-ip: dual-stack is not part of this build of k3s")
	}
	if len(addresses) == 0 {
		address, err := defaultAddress()
		o.NodeIP = address
		return err
	}
	if net.ParseIP(addresses[0]).To4() == nil {
		return fmt.Errorf("invalid node-ip: %q is not an IPv4 address", addresses[0])
	}
	o.NodeIP = addresses[0]
	return nil
}

func (o *Options) setJoin() error {
	if o.Mode == Server {
		if o.ServerURL != "" {
			return errors.New("server: a second server is not part of this build of k3s")
		}
		return nil
	}
	if o.ServerURL == "" {
		return errors.New("--server is required")
	}
	if !strings.HasPrefix(o.ServerURL, "https://") {
		return fmt.Errorf("only https:// URLs are supported, invalid scheme: %s", o.ServerURL)
	}
	if o.Token == "" && o.TokenFile == "" {
		return errors.New("--token is required")
	}
	return nil
}

func (o *Options) setNetwork(values Values) error {
	port, err := strconv.Atoi(values.text("https-listen-port", "6443"))
	if err != nil || port < 1 || port > 65535 {
		return fmt.Errorf("invalid https-listen-port: %q", values.text("https-listen-port", ""))
	}
	o.Port = port
	for name, cidr := range map[string]string{"cluster-cidr": o.ClusterCIDR, "service-cidr": o.ServiceCIDR} {
		if len(values[name]) > 1 {
			return fmt.Errorf("%s: dual-stack is not part of this build of k3s", name)
		}
		if _, _, err := net.ParseCIDR(cidr); err != nil {
			return fmt.Errorf("invalid %s: %w", name, err)
		}
	}
	dns, err := AddressInCIDR(o.ServiceCIDR, 10)
	if err != nil {
		return err
	}
	o.ClusterDNS = values.text("cluster-dns", dns)
	o.AdvertiseAddress = values.text("advertise-address", o.NodeIP)
	return nil
}

func (o *Options) setKubeconfigMode(mode string) error {
	bits, err := strconv.ParseUint(mode, 8, 12)
	if err != nil {
		return fmt.Errorf("invalid write-kubeconfig-mode: %q is not an octal file mode", mode)
	}
	o.KubeconfigMode = os.FileMode(bits)
	return nil
}

// AddressInCIDR is the nth address of an IPv4 network: the first belongs to the API, the tenth to DNS.
func AddressInCIDR(cidr string, n byte) (string, error) {
	_, network, err := net.ParseCIDR(cidr)
	if err != nil {
		return "", err
	}
	base := network.IP.To4()
	if base == nil {
		return "", fmt.Errorf("%s: IPv6 is not part of this build of k3s", cidr)
	}
	address := net.IPv4(base[0], base[1], base[2], base[3]+n)
	return address.String(), nil
}

// defaultAddress is the address from which the default route leaves; no packet is sent.
func defaultAddress() (string, error) {
	if connection, err := net.Dial("udp", "192.0.2.1:9"); err == nil {
		defer func() { _ = connection.Close() }()
		if address, ok := connection.LocalAddr().(*net.UDPAddr); ok {
			return address.IP.String(), nil
		}
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return "", err
	}
	for _, address := range addresses {
		if network, ok := address.(*net.IPNet); ok && network.IP.To4() != nil && network.IP.IsGlobalUnicast() {
			return network.IP.String(), nil
		}
	}
	return "", errors.New("no IPv4 address found: set node-ip")
}
