package server

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/informers"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

const controlPlaneLabel = "node-role.kubernetes.io/control-plane"

// reconciler does what k3s' own controllers do for a small cluster: the server's role label, CoreDNS's list of nodes,
// forgotten node passwords, and the addresses of LoadBalancer Services.
type reconciler struct {
	server    *Server
	nodes     listers.NodeLister
	services  listers.ServiceLister
	nodeHosts string
}

func (s *Server) runControllers(ctx context.Context) error {
	factory := informers.NewSharedInformerFactory(s.client, 10*time.Minute)
	nodes, services := factory.Core().V1().Nodes(), factory.Core().V1().Services()
	c := &reconciler{server: s, nodes: nodes.Lister(), services: services.Lister()}

	changed := make(chan struct{}, 1)
	wake := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { wake() },
		UpdateFunc: func(any, any) { wake() },
		DeleteFunc: func(gone any) {
			if node, ok := gone.(*corev1.Node); ok {
				c.forgetPassword(ctx, node.Name)
			}
			wake()
		},
	}
	if _, err := nodes.Informer().AddEventHandler(handler); err != nil {
		return err
	}
	if _, err := services.Informer().AddEventHandler(handler); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	for {
		retry := time.Hour
		if err := c.reconcile(ctx); err != nil && ctx.Err() == nil {
			logrus.Debugf("controllers: %v", err)
			retry = time.Second
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-time.After(retry):
		}
	}
}

func (c *reconciler) reconcile(ctx context.Context) error {
	nodes, err := c.nodes.List(labels.Everything())
	if err != nil {
		return err
	}
	services, err := c.services.List(labels.Everything())
	if err != nil {
		return err
	}
	return errors.Join(c.labelServer(ctx, nodes), c.writeNodeHosts(ctx, nodes), c.balance(ctx, nodes, services))
}

// forgetPassword lets a machine join under a name whose Node was deleted.
func (c *reconciler) forgetPassword(ctx context.Context, node string) {
	secrets := c.server.client.CoreV1().Secrets(metav1.NamespaceSystem)
	err := secrets.Delete(ctx, nodePasswordSecret(node), metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		logrus.Warnf("Unable to remove node password of %s: %v", node, err)
	}
}

// labelServer sets the role that a kubelet may not give itself.
func (c *reconciler) labelServer(ctx context.Context, nodes []*corev1.Node) error {
	for _, node := range nodes {
		if node.Name != c.server.options.NodeName || node.Labels[controlPlaneLabel] == "true" {
			continue
		}
		patch := fmt.Sprintf(`{"metadata":{"labels":{%q:"true"}}}`, controlPlaneLabel)
		_, err := c.server.client.CoreV1().Nodes().Patch(ctx, node.Name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		if err != nil {
			return err
		}
	}
	return nil
}

func internalIP(node *corev1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}

func isReady(node *corev1.Node) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			return condition.Status == corev1.ConditionTrue
		}
	}
	return false
}

// writeNodeHosts gives CoreDNS the nodes' names, in the ConfigMap key that k3s uses.
func (c *reconciler) writeNodeHosts(ctx context.Context, nodes []*corev1.Node) error {
	lines := make([]string, 0, len(nodes))
	for _, node := range nodes {
		if address := internalIP(node); address != "" {
			lines = append(lines, address+" "+node.Name+"\n")
		}
	}
	sort.Strings(lines)
	text := strings.Join(lines, "")
	if text == c.nodeHosts || isDisabled("coredns.yaml", c.server.options.Disabled) {
		return nil
	}
	config := applycorev1.ConfigMap("coredns", metav1.NamespaceSystem).WithData(map[string]string{"NodeHosts": text})
	options := metav1.ApplyOptions{FieldManager: "k3s-node-hosts", Force: true}
	if _, err := c.server.client.CoreV1().ConfigMaps(metav1.NamespaceSystem).Apply(ctx, config, options); err != nil {
		return err
	}
	c.nodeHosts = text
	return nil
}
