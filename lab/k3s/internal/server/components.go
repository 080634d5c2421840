package server

import (
	"context"

	"github.com/sirupsen/logrus"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	controlleroptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"
)

func (s *Server) runControllerManager(ctx context.Context) error {
	o, err := controlleroptions.NewKubeControllerManagerOptions()
	if err != nil {
		return err
	}
	tls, kubeconfig := s.path("tls"), s.kubeconfig("controller")
	known, off, aliases := controllers.KnownControllers(), controllers.ControllersDisabledByDefault(), controllers.ControllerAliases()
	err = parseFlags("kube-controller-manager", o.Flags(known, off, aliases), []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1",
		"--allocate-node-cidrs=true",
		"--cluster-cidr=" + s.options.ClusterCIDR,
		"--service-cluster-ip-range=" + s.options.ServiceCIDR,
		"--configure-cloud-routes=false",
		// The attach/detach controller and kubelet share one CSI node manager within a process (a package variable of
		// pkg/volume/csi): whichever starts last names the node, and without a name kubelet never gets Ready.
		"--controllers=*,tokencleaner,-persistentvolume-attach-detach-controller",
		// One server: a lease would only delay a restart.
		"--leader-elect=false",
		"--use-service-account-credentials=true",
		"--service-account-private-key-file=" + tls + "/service.key",
		"--root-ca-file=" + tls + "/server-ca.crt",
		"--cluster-signing-cert-file=" + tls + "/client-ca.crt",
		"--cluster-signing-key-file=" + tls + "/client-ca.key",
		"--cert-dir=" + tls + "/kube-controller-manager",
		"--profiling=false",
	}, s.options.ControllerManagerArgs)
	if err != nil {
		return err
	}
	c, err := o.Config(ctx, known, off, aliases)
	if err != nil {
		return err
	}
	logrus.Info("Running kube-controller-manager")
	return controllers.Run(ctx, c.Complete())
}

func (s *Server) runScheduler(ctx context.Context) error {
	kubeconfig := s.kubeconfig("scheduler")
	o := scheduleroptions.NewOptions()
	err := parseFlags("kube-scheduler", *o.Flags, []string{
		"--kubeconfig=" + kubeconfig,
		"--authentication-kubeconfig=" + kubeconfig,
		"--authorization-kubeconfig=" + kubeconfig,
		"--bind-address=127.0.0.1",
		"--leader-elect=false",
		"--cert-dir=" + s.path("tls/kube-scheduler"),
		"--profiling=false",
	}, s.options.SchedulerArgs)
	if err != nil {
		return err
	}
	completed, instance, err := scheduler.Setup(ctx, o)
	if err != nil {
		return err
	}
	logrus.Info("Running kube-scheduler")
	return scheduler.Run(ctx, completed, instance)
}
