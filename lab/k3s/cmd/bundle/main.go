// Command bundle writes the self-extracting k3s binary: bundle <launcher> <folder> <out>.
package main

import (
	"bufio"
	"fmt"
	"os"

	"onprem-blog/lab/k3s/internal/payload"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: bundle <launcher> <folder> <out>")
		os.Exit(2)
	}
	if err := write(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func write(launcherPath, folder, outPath string) error {
	launcher, err := os.Open(launcherPath)
	if err != nil {
		return err
	}
	defer func() { _ = launcher.Close() }()
	out, err := os.OpenFile(outPath, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(out, 1<<20)
	if err := payload.Write(buffered, launcher, folder); err != nil {
		_ = out.Close()
		return err
	}
	if err := buffered.Flush(); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
