#!/bin/bash
# On the first server: gives the program a way in of its own.
: "${renewal:?}"

take_lock
api_answers 60 || fail "the Kubernetes API doesn't answer; look at its log: journalctl -u k3s"

# k3s's own kubeconfig holds a client certificate that ends within a year; a ServiceAccount's token doesn't.
readonly namespace=kube-system account=onprem-blog secret=onprem-blog-token-$renewal
kubectl apply --server-side --field-manager=onprem-blog --filename - >/dev/null <<MANIFEST ||
apiVersion: v1
kind: ServiceAccount
metadata:
  name: $account
  namespace: $namespace
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: $account
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - kind: ServiceAccount
    name: $account
    namespace: $namespace
MANIFEST
    fail "can't create the ServiceAccount $namespace/$account"

if ! kubectl --namespace "$namespace" get secret "$secret" >/dev/null 2>&1; then
    kubectl create --filename - >/dev/null <<MANIFEST || fail "can't create the Secret $namespace/$secret"
apiVersion: v1
kind: Secret
metadata:
  name: $secret
  namespace: $namespace
  labels:
    app.kubernetes.io/managed-by: onprem-blog
  annotations:
    kubernetes.io/service-account.name: $account
type: kubernetes.io/service-account-token
MANIFEST
    changed "made the token $secret"
fi

token=""
for attempt in $(seq 1 30); do
    : "$attempt"
    token=$(kubectl --namespace "$namespace" get secret "$secret" --output 'jsonpath={.data.token}' | base64 -d)
    [ -z "$token" ] || break
    sleep 1
done
[ -n "$token" ] || fail "Kubernetes put no token into $namespace/$secret within 30 s; look at the log: journalctl -u k3s"

# A renewed token ends the ones before it.
for old in $(kubectl --namespace "$namespace" get secrets --selector app.kubernetes.io/managed-by=onprem-blog \
    --field-selector type=kubernetes.io/service-account-token --output 'jsonpath={.items[*].metadata.name}'); do
    [ "$old" != "$secret" ] || continue
    kubectl --namespace "$namespace" delete secret "$old" >/dev/null
    changed "withdrew the token $old"
done

fact token "$token"
fact certificateAuthority "$(base64 -w 0 /var/lib/rancher/k3s/server/tls/server-ca.crt)"
