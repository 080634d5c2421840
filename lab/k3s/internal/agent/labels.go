package agent

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

// keepLabels gives the node the labels of its configuration at every start, as k3s does: the kubelet sets them only when
// it registers. A label that is no longer configured stays, and so do taints.
func (a *Agent) keepLabels(ctx context.Context) error {
	wanted := parseLabels(a.options.NodeLabels)
	if len(wanted) == 0 {
		return nil
	}
	config, err := clientcmd.BuildConfigFromFlags("", a.path("kubelet.kubeconfig"))
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	go func() {
		for ctx.Err() == nil && !a.setLabels(ctx, client, wanted) {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}()
	return nil
}

// setLabels says whether it is done: the Node may not be there yet, nor the server.
func (a *Agent) setLabels(ctx context.Context, client kubernetes.Interface, wanted map[string]string) bool {
	name := a.options.NodeName
	node, err := client.CoreV1().Nodes().Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return false
	}
	if err == nil {
		missing := missingLabels(node.Labels, wanted)
		if len(missing) == 0 {
			return true
		}
		var patch []byte
		if patch, err = json.Marshal(map[string]any{"metadata": map[string]any{"labels": missing}}); err == nil {
			_, err = client.CoreV1().Nodes().Patch(ctx, name, types.StrategicMergePatchType, patch, metav1.PatchOptions{})
		}
	}
	if err != nil {
		logrus.Infof("Failed to set annotations and labels on node %s: %v", name, err)
		return false
	}
	logrus.Infof("Annotations and labels have been set successfully on node: %s", name)
	return true
}

// parseLabels reads `key=value`; a key alone has an empty value.
func parseLabels(labels []string) map[string]string {
	parsed := map[string]string{}
	for _, label := range labels {
		key, value, _ := strings.Cut(label, "=")
		parsed[key] = value
	}
	return parsed
}

func missingLabels(present, wanted map[string]string) map[string]string {
	missing := map[string]string{}
	for key, value := range wanted {
		if now, there := present[key]; !there || now != value {
			missing[key] = value
		}
	}
	return missing
}
