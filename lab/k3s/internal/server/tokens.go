package server

import (
	"cmp"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"

	"github.com/sirupsen/logrus"

	"onprem-blog/lab/k3s/internal/join"
	"onprem-blog/lab/k3s/internal/pki"
	"onprem-blog/lab/k3s/internal/token"
)

// errTokenChanged is what k3s says when a kept datastore meets another token.
var errTokenChanged = errors.New("bootstrap data already found and encrypted with different token")

// passwords are what a joining machine may prove itself with.
type passwords struct {
	server string
	// agent is the server's own when no agent token is set.
	agent string
}

// accepts says whether a password admits an agent; a user name, when given, must be one of the two.
func (p passwords) accepts(user, password string) bool {
	equal := func(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
	switch user {
	case token.UserServer:
		return equal(password, p.server)
	case token.UserNode:
		return equal(password, p.agent)
	case "":
		return equal(password, p.server) || equal(password, p.agent)
	}
	return false
}

// guardedPasswords can be changed while nodes join.
type guardedPasswords struct {
	sync.RWMutex
	passwords
}

func (g *guardedPasswords) get() passwords {
	g.RLock()
	defer g.RUnlock()
	return g.passwords
}

func (g *guardedPasswords) set(to passwords) {
	g.Lock()
	defer g.Unlock()
	g.passwords = to
}

// settlePasswords takes the configured passwords, else the kept one, else makes one.
func (s *Server) settlePasswords() error {
	configured, err := passwordFrom(s.options.Token, s.options.TokenFile)
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	file := s.path("token")
	kept := ""
	if text, err := token.FromFile(file); err == nil {
		parsed, err := token.Parse(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		kept = parsed.Password
	} else if !os.IsNotExist(err) {
		return err
	}
	if configured != "" && kept != "" && configured != kept {
		return errTokenChanged
	}
	server := cmp.Or(configured, kept)
	if server == "" {
		server = token.Random()
	}
	agent, err := passwordFrom(s.options.AgentToken, s.options.AgentTokenFile)
	if err != nil {
		return fmt.Errorf("agent-token: %w", err)
	}
	s.passwords.set(passwords{server: server, agent: cmp.Or(agent, server)})
	return nil
}

// writeTokens writes `server/token`, `server/node-token` and `server/agent-token`.
func (s *Server) writeTokens() error {
	now, file := s.passwords.get(), s.path("token")
	ca := s.ca.server.CertificatePEM
	if err := pki.WriteFile(file, []byte(token.Format(ca, token.UserServer, now.server)+"\n"), 0o600); err != nil {
		return err
	}
	if err := link(s.path("node-token"), file); err != nil {
		return err
	}
	agentFile := s.path("agent-token")
	if now.agent == now.server {
		return link(agentFile, file)
	}
	if info, err := os.Lstat(agentFile); err == nil && info.Mode()&os.ModeSymlink != 0 {
		if err := os.Remove(agentFile); err != nil {
			return err
		}
	}
	return pki.WriteFile(agentFile, []byte(token.Format(ca, token.UserNode, now.agent)+"\n"), 0o600)
}

// rotateToken is the server's half of `k3s token rotate`: the next start wants the new token in the configuration.
func (s *Server) rotateToken(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	now := s.passwords.get()
	if user != token.UserServer || !now.accepts(user, password) {
		http.Error(w, "not authorized", http.StatusUnauthorized)
		return
	}
	var request join.TokenRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	next := token.Random()
	if request.NewToken != "" {
		parsed, err := token.Parse(request.NewToken)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		next = parsed.Password
	}
	if err := s.moveBootstrap(r.Context(), now.server, next); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	text := token.Format(s.ca.server.CertificatePEM, token.UserServer, next) + "\n"
	if err := pki.WriteFile(s.path("token"), []byte(text), 0o600); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if now.agent == now.server {
		now.agent = next
	}
	now.server = next
	s.passwords.set(now)
	logrus.Info("Server token rotated")
}

// passwordFrom is the password of a token given as text or in a file; "" when neither is given.
func passwordFrom(text, file string) (string, error) {
	if text == "" && file != "" {
		var err error
		if text, err = token.FromFile(file); err != nil {
			return "", err
		}
	}
	if text == "" {
		return "", nil
	}
	parsed, err := token.Parse(text)
	return parsed.Password, err
}

func link(path, target string) error {
	if now, err := os.Readlink(path); err == nil && now == target {
		return nil
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.Symlink(target, path)
}
