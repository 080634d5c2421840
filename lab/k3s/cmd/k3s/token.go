package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"onprem-blog/lab/k3s/internal/config"
	"onprem-blog/lab/k3s/internal/join"
	"onprem-blog/lab/k3s/internal/token"
)

// manageTokens is `k3s token generate` and `k3s token rotate`; the other subcommands manage bootstrap tokens, which
// this build does not join by.
func manageTokens(args []string) error {
	subcommand := ""
	if len(args) > 0 {
		subcommand, args = args[0], args[1:]
	}
	switch subcommand {
	case "generate":
		fmt.Println(token.Random()[:6] + "." + token.Random()[:16])
		return nil
	case "rotate":
		return rotateToken(args)
	}
	return fmt.Errorf("token %s: not part of this build of k3s", strings.Join(append([]string{subcommand}, args...), " "))
}

// rotateToken asks the running server to take another token. It is the configuration of every node that has to follow.
func rotateToken(args []string) error {
	flags := newFlags("token rotate")
	dataDir := stringFlag(flags, config.DataDir(config.Server, nil, os.Getenv), "data-dir", "d")
	url := stringFlag(flags, "https://127.0.0.1:6443", "server", "s")
	now := stringFlag(flags, os.Getenv("K3S_TOKEN"), "token", "t")
	next := stringFlag(flags, "", "new-token")
	if err := parse(flags, args); err != nil {
		return err
	}
	fmt.Println("\033[33mWARNING\033[0m: Recommended to keep a record of the old token. If restoring from a snapshot, you must use the token associated with that snapshot.")
	if *now == "" {
		var err error
		if *now, err = token.FromFile(filepath.Join(*dataDir, "server/token")); err != nil {
			return err
		}
	}
	if err := join.RotateToken(context.Background(), *url, *now, *next); err != nil {
		return err
	}
	fmt.Println("Token rotated, restart k3s nodes with new token")
	return nil
}
