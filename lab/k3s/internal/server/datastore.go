package server

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/k3s-io/kine/pkg/drivers"
	_ "github.com/k3s-io/kine/pkg/drivers/sqlite" // registers the sqlite driver
	kine "github.com/k3s-io/kine/pkg/server"
	"github.com/sirupsen/logrus"
	"google.golang.org/grpc"
)

// etcdVersion is what kine answers when the API server asks which etcd it talks to.
const etcdVersion = "3.6.8"

// startDatastore opens `server/db/state.db` and serves it as etcd on a socket that only root can open.
func (s *Server) startDatastore(ctx context.Context) (endpoint string, err error) {
	database := s.path("db/state.db")
	if err := os.MkdirAll(filepath.Dir(database), 0o700); err != nil {
		return "", err
	}
	_, backend, err := drivers.New(ctx, &sync.WaitGroup{}, &drivers.Config{
		Endpoint:         "sqlite://" + database + "?_journal_mode=WAL&_busy_timeout=30000&_synchronous=NORMAL&_txlock=immediate",
		CompactInterval:  5 * time.Minute,
		CompactTimeout:   5 * time.Second,
		CompactMinRetain: 1000,
		CompactBatchSize: 1000,
		PollBatchSize:    500,
		PollInterval:     time.Second,
	})
	if err != nil {
		return "", fmt.Errorf("opening %s: %w", database, err)
	}
	if err := backend.Start(ctx); err != nil {
		return "", fmt.Errorf("starting %s: %w", database, err)
	}
	s.store = backend
	socket := s.path("kine.sock")
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return "", err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return "", err
	}
	if err := os.Chmod(socket, 0o600); err != nil {
		return "", err
	}
	service := grpc.NewServer(grpc.MaxRecvMsgSize(4<<20), grpc.MaxSendMsgSize(1<<31-1))
	kine.New(backend, "unix", 5*time.Second, etcdVersion).Register(service)
	go func() {
		if err := service.Serve(listener); err != nil && ctx.Err() == nil {
			logrus.Fatalf("datastore ended: %v", err)
		}
	}()
	return "unix://" + socket, nil
}
