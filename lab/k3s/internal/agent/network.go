package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/vishvananda/netlink"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"

	"onprem-blog/lab/k3s/internal/pki"
)

// network makes pods on different nodes reach each other: like flannel's host-gw backend, one route per other node.
type network struct {
	agent *Agent
	// link is the index of the interface that flannel-iface names, or 0 to let the kernel choose.
	link    int
	podCIDR string
}

// startNetwork sets up the masquerading rule and follows the nodes with kube-proxy's credentials.
func (a *Agent) startNetwork(ctx context.Context) error {
	n := &network{agent: a}
	if name := a.options.FlannelInterface; name != "" {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return fmt.Errorf("unable to find interface %s: %w", name, err)
		}
		n.link = link.Attrs().Index
	}
	if err := masquerade(ctx, a.cluster.ClusterCIDR); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", a.path("kubeproxy.kubeconfig"))
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 30*time.Second)
	report := func(err error) {
		if err != nil {
			logrus.Errorf("network: %v", err)
		}
	}
	_, err = factory.Core().V1().Nodes().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { report(n.follow(object)) },
		UpdateFunc: func(_, object any) { report(n.follow(object)) },
		DeleteFunc: func(object any) { report(n.forget(object)) },
	})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	return nil
}

// masquerade hides pod addresses from everything outside the cluster.
func masquerade(ctx context.Context, clusterCIDR string) error {
	rule := []string{"-s", clusterCIDR, "!", "-d", clusterCIDR, "-m", "addrtype", "!", "--dst-type", "LOCAL", "-j", "MASQUERADE"}
	iptables := func(action string) ([]byte, error) {
		arguments := append([]string{"-w", "-t", "nat", action, "POSTROUTING"}, rule...)
		return exec.CommandContext(ctx, "iptables", arguments...).CombinedOutput()
	}
	if _, err := iptables("-C"); err == nil {
		return nil
	}
	if output, err := iptables("-A"); err != nil {
		return fmt.Errorf("iptables: %w: %s", err, strings.TrimSpace(string(output)))
	}
	return nil
}

func (n *network) follow(object any) error {
	node, ok := object.(*corev1.Node)
	if !ok || node.Spec.PodCIDR == "" {
		return nil
	}
	if node.Name == n.agent.options.NodeName {
		return n.configurePods(node.Spec.PodCIDR)
	}
	_, subnet, err := net.ParseCIDR(node.Spec.PodCIDR)
	if err != nil {
		return fmt.Errorf("node %s: %w", node.Name, err)
	}
	for _, address := range node.Status.Addresses {
		if address.Type != corev1.NodeInternalIP {
			continue
		}
		route := &netlink.Route{Dst: subnet, Gw: net.ParseIP(address.Address), LinkIndex: n.link}
		if err := netlink.RouteReplace(route); err != nil {
			return fmt.Errorf("route to node %s (%s via %s): %w", node.Name, subnet, address.Address, err)
		}
		return nil
	}
	return nil
}

func (n *network) forget(object any) error {
	node, ok := object.(*corev1.Node)
	if !ok || node.Spec.PodCIDR == "" || node.Name == n.agent.options.NodeName {
		return nil
	}
	_, subnet, err := net.ParseCIDR(node.Spec.PodCIDR)
	if err != nil {
		return err
	}
	return netlink.RouteDel(&netlink.Route{Dst: subnet})
}

// configurePods writes the CNI configuration, under the name that flannel's has in k3s.
func (n *network) configurePods(podCIDR string) error {
	if podCIDR == n.podCIDR {
		return nil
	}
	content, err := cniConfig(podCIDR)
	if err != nil {
		return err
	}
	if err := pki.WriteFile(n.agent.path("etc/cni/net.d/10-flannel.conflist"), content, 0o600); err != nil {
		return err
	}
	n.podCIDR = podCIDR
	logrus.Infof("Pods of this node are in %s", podCIDR)
	return nil
}

// cniConfig gives each pod a point-to-point link: a bridge would need the br_netfilter module, which a container
// cannot load.
func cniConfig(podCIDR string) ([]byte, error) {
	return json.MarshalIndent(map[string]any{
		"cniVersion": "1.0.0",
		"name":       "cbr0",
		"plugins": []any{
			map[string]any{
				"type":   "ptp",
				"ipMasq": false,
				"ipam": map[string]any{
					"type":    "host-local",
					"dataDir": "/var/lib/cni/networks",
					"ranges":  []any{[]any{map[string]any{"subnet": podCIDR}}},
					"routes":  []any{map[string]any{"dst": "0.0.0.0/0"}},
				},
			},
			map[string]any{"type": "portmap", "capabilities": map[string]any{"portMappings": true}},
		},
	}, "", "  ")
}
