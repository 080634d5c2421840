package server

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// balance gives every LoadBalancer Service the addresses of the Ready nodes. kube-proxy on each node then takes what
// arrives at the node's own address and the Service's port; the pods with host ports that k3s uses are not needed.
func (c *reconciler) balance(ctx context.Context, nodes []*corev1.Node, services []*corev1.Service) error {
	if isDisabled("servicelb.yaml", c.server.options.Disabled) {
		return nil
	}
	for service, addresses := range assign(nodes, services) {
		var want []corev1.LoadBalancerIngress
		mode := corev1.LoadBalancerIPModeVIP
		for _, address := range addresses {
			want = append(want, corev1.LoadBalancerIngress{IP: address, IPMode: &mode})
		}
		if reflect.DeepEqual(service.Status.LoadBalancer.Ingress, want) {
			continue
		}
		patch, err := json.Marshal(map[string]any{"status": map[string]any{"loadBalancer": map[string]any{"ingress": want}}})
		if err != nil {
			return err
		}
		_, err = c.server.client.CoreV1().Services(service.Namespace).
			Patch(ctx, service.Name, types.MergePatchType, patch, metav1.PatchOptions{}, "status")
		if err != nil {
			return fmt.Errorf("service %s/%s: %w", service.Namespace, service.Name, err)
		}
	}
	return nil
}

// assign gives each LoadBalancer Service its addresses: those of the Ready nodes, or none when an older Service has one
// of its ports already, as two pods cannot share a host port.
func assign(nodes []*corev1.Node, services []*corev1.Service) map[*corev1.Service][]string {
	var addresses []string
	for _, node := range nodes {
		if address := internalIP(node); address != "" && isReady(node) {
			addresses = append(addresses, address)
		}
	}
	sort.Strings(addresses)

	ordered := append([]*corev1.Service(nil), services...)
	sort.Slice(ordered, func(i, j int) bool {
		a, b := ordered[i], ordered[j]
		if !a.CreationTimestamp.Equal(&b.CreationTimestamp) {
			return a.CreationTimestamp.Before(&b.CreationTimestamp)
		}
		return a.Namespace+"/"+a.Name < b.Namespace+"/"+b.Name
	})
	taken := map[string]bool{}
	assigned := map[*corev1.Service][]string{}
	for _, service := range ordered {
		if service.Spec.Type != corev1.ServiceTypeLoadBalancer || service.Spec.LoadBalancerClass != nil || service.DeletionTimestamp != nil {
			continue
		}
		free := true
		for _, port := range service.Spec.Ports {
			free = free && !taken[portKey(port)]
		}
		if !free {
			assigned[service] = nil
			continue
		}
		for _, port := range service.Spec.Ports {
			taken[portKey(port)] = true
		}
		assigned[service] = addresses
	}
	return assigned
}

func portKey(port corev1.ServicePort) string { return fmt.Sprintf("%s/%d", port.Protocol, port.Port) }
