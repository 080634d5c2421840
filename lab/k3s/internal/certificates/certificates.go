// Package certificates is `k3s certificate`: it lists the leaf certificates of a stopped k3s, and takes them away so
// that the next start makes new ones. Authorities and the key of ServiceAccounts' tokens stay.
package certificates

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/sirupsen/logrus"

	"onprem-blog/lab/k3s/internal/join"
	"onprem-blog/lab/k3s/internal/pki"
)

// service is one of k3s' own names for who uses certificates. Several have none here, since the part is not built.
type service struct {
	name  string
	agent bool
	// pairs are the certificates with their keys, below the data directory and without an extension.
	pairs []string
}

var services = []service{
	{name: "api-server", pairs: []string{"server/tls/client-kube-apiserver", "server/tls/serving-kube-apiserver"}},
	{name: "admin", pairs: []string{"server/tls/client-admin"}},
	{name: "auth-proxy", pairs: []string{"server/tls/client-auth-proxy"}},
	{name: "cloud-controller"},
	{name: "controller-manager", pairs: []string{"server/tls/client-controller"}},
	{name: "etcd"},
	{name: "scheduler", pairs: []string{"server/tls/client-scheduler"}},
	{name: "supervisor"},
	{name: "k3s-server"},
	{name: "kube-proxy", agent: true, pairs: []string{"agent/" + join.ClientProxy}},
	{name: "kubelet", agent: true, pairs: []string{"agent/" + join.ClientKubelet, "agent/" + join.ServingKubelet}},
	{name: "k3s-controller", agent: true},
}

// choose finds the services by name; without names it is all that this machine can have, as k3s chooses.
func choose(dataDir string, names []string, doing string) ([]service, error) {
	if len(names) == 0 {
		_, err := os.Stat(filepath.Join(dataDir, "server"))
		if err == nil {
			logrus.Infof("Server detected, %s agent and server certificates", doing)
			return services, nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		logrus.Infof("Agent detected, %s agent certificates", doing)
		return slices.DeleteFunc(slices.Clone(services), func(s service) bool { return !s.agent }), nil
	}
	var chosen []service
	for _, name := range names {
		at := slices.IndexFunc(services, func(s service) bool { return s.name == name })
		if at < 0 {
			return nil, fmt.Errorf("service %s is not recognized", name)
		}
		chosen = append(chosen, services[at])
	}
	return chosen, nil
}

// Rotate keeps a copy of the certificates, then removes those of the services and their keys.
func Rotate(dataDir string, names []string, now time.Time) error {
	chosen, err := choose(dataDir, names, "rotating")
	if err != nil {
		return err
	}
	backup, err := backUp(dataDir, chosen, now)
	if err != nil {
		return err
	}
	for _, s := range chosen {
		logrus.Info("Rotating certificates for " + s.name)
		for _, pair := range s.pairs {
			for _, extension := range []string{".crt", ".key"} {
				err := os.Remove(filepath.Join(dataDir, pair+extension))
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
		}
	}
	logrus.Infof("Successfully backed up certificates to %s, please restart k3s server or agent to rotate certificates", backup)
	return nil
}

// backUp copies the server's whole `tls` folder, where there is one, and the agent's files that are about to go.
func backUp(dataDir string, chosen []service, now time.Time) (string, error) {
	name := fmt.Sprintf("tls-%d", now.Unix())
	backup := filepath.Join(dataDir, "agent", name)
	tls := filepath.Join(dataDir, "server/tls")
	if _, err := os.Stat(tls); err == nil {
		backup = filepath.Join(dataDir, "server", name)
		if err := os.CopyFS(backup, os.DirFS(tls)); err != nil {
			return "", err
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if err := os.MkdirAll(backup, 0o700); err != nil {
		return "", err
	}
	for _, s := range chosen {
		for _, pair := range s.pairs {
			for _, extension := range []string{".crt", ".key"} {
				if !s.agent {
					continue
				}
				file := filepath.Join(dataDir, pair+extension)
				content, err := os.ReadFile(file)
				if errors.Is(err, fs.ErrNotExist) {
					continue
				} else if err != nil {
					return "", err
				}
				if err := pki.WriteFile(filepath.Join(backup, filepath.Base(file)), content, 0o600); err != nil {
					return "", err
				}
			}
		}
	}
	return backup, nil
}

// Certificate is one line of the list, with k3s' own names.
type Certificate struct {
	Filename     string
	Subject      string
	Issuer       string
	Usages       []string
	ExpiryTime   time.Time
	ResidualTime time.Duration
	Status       string
}

const (
	ok          = "OK"
	warning     = "WARNING"
	expired     = "EXPIRED"
	notYetValid = "NOT YET VALID"
)

// Check lists the certificates of the services: into the log (text), or to a writer (table, json).
func Check(dataDir string, names []string, output string, to io.Writer, now time.Time) error {
	chosen, err := choose(dataDir, names, "checking")
	if err != nil {
		return err
	}
	var found []Certificate
	for _, s := range chosen {
		for _, pair := range s.pairs {
			content, err := os.ReadFile(filepath.Join(dataDir, pair+".crt"))
			if errors.Is(err, fs.ErrNotExist) {
				continue
			} else if err != nil {
				return err
			}
			certificate, err := pki.ParseCertificate(content)
			if err != nil {
				return fmt.Errorf("%s.crt: %w", pair, err)
			}
			found = append(found, describe(filepath.Base(pair)+".crt", certificate, now))
		}
	}
	switch output {
	case "text":
		for _, c := range found {
			c.log()
		}
		return nil
	case "table":
		return table(to, found, now)
	case "json":
		return json.NewEncoder(to).Encode(map[string]any{"Certificates": found})
	}
	return fmt.Errorf("invalid output format %s", output)
}

func describe(file string, certificate *x509.Certificate, now time.Time) Certificate {
	c := Certificate{
		Filename:     file,
		Subject:      certificate.Subject.CommonName,
		Issuer:       certificate.Issuer.CommonName,
		ExpiryTime:   certificate.NotAfter,
		ResidualTime: certificate.NotAfter.Sub(now),
		Status:       ok,
	}
	for _, usage := range certificate.ExtKeyUsage {
		switch usage {
		case x509.ExtKeyUsageClientAuth:
			c.Usages = append(c.Usages, "ClientAuth")
		case x509.ExtKeyUsageServerAuth:
			c.Usages = append(c.Usages, "ServerAuth")
		}
	}
	switch {
	case now.Before(certificate.NotBefore):
		c.Status, c.ExpiryTime = notYetValid, certificate.NotBefore
	case now.After(certificate.NotAfter):
		c.Status = expired
	case c.ResidualTime < pki.RenewBefore:
		c.Status = warning
	}
	return c
}

func (c Certificate) log() {
	what := fmt.Sprintf("%s: certificate %s (%s)", c.Filename, c.Subject, strings.Join(c.Usages, ","))
	when := c.ExpiryTime.Format(time.RFC3339)
	switch c.Status {
	case notYetValid:
		logrus.Errorf("%s is not valid before %s", what, when)
	case expired:
		logrus.Errorf("%s expired at %s", what, when)
	case warning:
		logrus.Warnf("%s will expire within %d days at %s", what, int(pki.RenewBefore.Hours()/24), when)
	default:
		logrus.Infof("%s is ok, expires at %s", what, when)
	}
}

func table(to io.Writer, found []Certificate, now time.Time) error {
	w := tabwriter.NewWriter(to, 0, 0, 3, ' ', 0)
	rows := [][]string{
		{"\nFILENAME", "SUBJECT", "USAGES", "EXPIRES", "RESIDUAL TIME", "STATUS"},
		{"--------", "-------", "------", "-------", "-------------", "------"},
	}
	for _, c := range found {
		rows = append(rows, []string{
			c.Filename, c.Subject, strings.Join(c.Usages, ","), c.ExpiryTime.Format("Jan 02, 2006 15:04 MST"),
			humanize.RelTime(now, now.Add(c.ResidualTime), "", ""), c.Status,
		})
	}
	for _, row := range rows {
		if _, err := fmt.Fprintln(w, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}
