/**
 * The systemd unit of a server or an agent, with the settings that k3s documents for one (its own install script writes the same).
 *
 * `KillMode=process` keeps the pods running while k3s restarts; `TimeoutStartSec=0` since a first start pulls images.
 */
export function unitFile(role: "server" | "agent"): string {
    return `# Managed by onprem-blog
[Unit]
Description=Lightweight Kubernetes (${role})
Documentation=https://k3s.io
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s ${role}
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s

[Install]
WantedBy=multi-user.target
`;
}

/** Name of the systemd unit, as k3s's own install script names it. */
export function unitName(role: "server" | "agent"): string {
    return role === "server" ? "k3s" : "k3s-agent";
}

/**
 * kubelet's drop-in for a graceful node shutdown: pods get a minute, the last quarter of it for critical ones.
 * k3s reads `agent/etc/kubelet.conf.d` from v1.32 on.
 */
export const kubeletShutdownConfig = `# Managed by onprem-blog
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
shutdownGracePeriod: 60s
shutdownGracePeriodCriticalPods: 15s
`;
