package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sirupsen/logrus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/yaml"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
)

const (
	manifestInterval = 2 * time.Second
	// fieldManager is also the owner that a user sees in managedFields.
	fieldManager = "k3s-deploy"
	// inventoryName is the ConfigMap that remembers what was applied, so that a restart applies nothing again.
	inventoryName = "k3s-addons"
)

// object names what a manifest made.
type object struct {
	Group     string `json:"group"`
	Version   string `json:"version"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// applied is the inventory's record of one addon.
type applied struct {
	Checksum string   `json:"checksum"`
	Objects  []object `json:"objects"`
}

// deployer applies `server/manifests` by server-side apply.
type deployer struct {
	server    *Server
	dynamic   dynamic.Interface
	mapper    *restmapper.DeferredDiscoveryRESTMapper
	inventory map[string]applied
	failures  map[string]string
}

// deployManifests applies what is new or changed in `server/manifests` until the context ends. An addon that is
// disabled loses its objects; so does an object that its manifest no longer has. A deleted file deletes nothing.
func (s *Server) deployManifests(ctx context.Context) error {
	if err := s.writePackaged(); err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(s.rest)
	if err != nil {
		return err
	}
	d := &deployer{
		server:   s,
		dynamic:  client,
		mapper:   restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(s.client.Discovery())),
		failures: map[string]string{},
	}
	for {
		if err := d.round(ctx); err != nil && ctx.Err() == nil {
			logrus.Warnf("manifests: %v", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(manifestInterval):
		}
	}
}

func (d *deployer) round(ctx context.Context) error {
	if d.inventory == nil {
		if err := d.readInventory(ctx); err != nil {
			return err
		}
	}
	addons, err := readAddons(d.server.path("manifests"), d.server.options.Disabled)
	if err != nil {
		return err
	}
	for name, record := range d.inventory {
		if isDisabled(name, d.server.options.Disabled) {
			if err := d.remove(ctx, record.Objects); err != nil {
				return fmt.Errorf("removing %s: %w", name, err)
			}
			logrus.Infof("Removed disabled addon %s", name)
			if err := d.record(ctx, name, nil); err != nil {
				return err
			}
		}
	}
	for _, one := range addons {
		if d.inventory[one.name].Checksum == one.checksum {
			continue
		}
		objects, err := d.apply(ctx, one)
		if err != nil {
			// Told once: a namespace or a CRD of another file may still be on its way.
			if text := err.Error(); d.failures[one.name] != text {
				d.failures[one.name] = text
				logrus.Errorf("Failed to process manifest %s: %v", one.name, err)
			}
			continue
		}
		delete(d.failures, one.name)
		if err := d.remove(ctx, without(d.inventory[one.name].Objects, objects)); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		logrus.Infof("Applied manifest %s: %d objects", one.name, len(objects))
		if err := d.record(ctx, one.name, &applied{one.checksum, objects}); err != nil {
			return err
		}
	}
	return nil
}

func without(before, now []object) []object {
	keep := map[object]bool{}
	for _, one := range now {
		keep[one] = true
	}
	var gone []object
	for _, one := range before {
		if !keep[one] {
			gone = append(gone, one)
		}
	}
	return gone
}

// decode reads every object of a manifest, those inside lists too.
func decode(content []byte) ([]*unstructured.Unstructured, error) {
	var objects []*unstructured.Unstructured
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(content), 4096)
	for {
		one := &unstructured.Unstructured{}
		err := decoder.Decode(&one.Object)
		if errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		if len(one.Object) == 0 {
			continue
		}
		if !one.IsList() {
			objects = append(objects, one)
			continue
		}
		if err := one.EachListItem(func(item runtime.Object) error {
			if element, ok := item.(*unstructured.Unstructured); ok {
				objects = append(objects, element)
			}
			return nil
		}); err != nil {
			return nil, err
		}
	}
}

func (d *deployer) apply(ctx context.Context, one addon) ([]object, error) {
	decoded, err := decode(one.content)
	if err != nil {
		return nil, err
	}
	objects := make([]object, 0, len(decoded))
	for _, manifest := range decoded {
		kind := manifest.GroupVersionKind()
		resource, namespaced, err := d.resource(kind)
		if err != nil {
			return nil, err
		}
		if namespaced && manifest.GetNamespace() == "" {
			manifest.SetNamespace(metav1.NamespaceDefault)
		}
		name := object{kind.Group, kind.Version, kind.Kind, manifest.GetNamespace(), manifest.GetName()}
		target := d.target(resource, name)
		options := metav1.ApplyOptions{FieldManager: fieldManager, Force: true}
		if _, err := target.Apply(ctx, manifest.GetName(), manifest, options); err != nil {
			return nil, fmt.Errorf("%s %s: %w", kind.Kind, manifest.GetName(), err)
		}
		objects = append(objects, name)
	}
	return objects, nil
}

func (d *deployer) resource(kind schema.GroupVersionKind) (schema.GroupVersionResource, bool, error) {
	mapping, err := d.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if meta.IsNoMatchError(err) {
		// A CRD may have come since the API was last looked at.
		d.mapper.Reset()
		mapping, err = d.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	}
	if err != nil {
		return schema.GroupVersionResource{}, false, err
	}
	return mapping.Resource, mapping.Scope.Name() == meta.RESTScopeNameNamespace, nil
}

func (d *deployer) target(resource schema.GroupVersionResource, name object) dynamic.ResourceInterface {
	if name.Namespace == "" {
		return d.dynamic.Resource(resource)
	}
	return d.dynamic.Resource(resource).Namespace(name.Namespace)
}

func (d *deployer) remove(ctx context.Context, objects []object) error {
	background := metav1.DeletePropagationBackground
	for i := len(objects) - 1; i >= 0; i-- {
		one := objects[i]
		resource, _, err := d.resource(schema.GroupVersionKind{Group: one.Group, Version: one.Version, Kind: one.Kind})
		if meta.IsNoMatchError(err) {
			continue
		} else if err != nil {
			return err
		}
		err = d.target(resource, one).Delete(ctx, one.Name, metav1.DeleteOptions{PropagationPolicy: &background})
		if err != nil && !apierrors.IsNotFound(err) {
			return err
		}
	}
	return nil
}

func (d *deployer) readInventory(ctx context.Context) error {
	inventory := map[string]applied{}
	found, err := d.server.client.CoreV1().ConfigMaps(metav1.NamespaceSystem).Get(ctx, inventoryName, metav1.GetOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return err
	}
	if err == nil {
		if err := json.Unmarshal([]byte(found.Data["inventory.json"]), &inventory); err != nil {
			return fmt.Errorf("ConfigMap %s: %w", inventoryName, err)
		}
	}
	d.inventory = inventory
	return nil
}

// record notes what an addon made, or forgets it.
func (d *deployer) record(ctx context.Context, name string, what *applied) error {
	if what == nil {
		delete(d.inventory, name)
	} else {
		d.inventory[name] = *what
	}
	content, err := json.Marshal(d.inventory)
	if err != nil {
		return err
	}
	config := applycorev1.ConfigMap(inventoryName, metav1.NamespaceSystem).
		WithData(map[string]string{"inventory.json": string(content)})
	options := metav1.ApplyOptions{FieldManager: fieldManager, Force: true}
	_, err = d.server.client.CoreV1().ConfigMaps(metav1.NamespaceSystem).Apply(ctx, config, options)
	return err
}
