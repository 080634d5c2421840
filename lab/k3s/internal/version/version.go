// Package version names what the stand-in says it is.
package version

import (
	"fmt"
	"runtime"
)

// Program is the name under which every path, environment variable and HTTP path of k3s is found.
const Program = "k3s"

// Version is set by the linker (build.sh), to the Kubernetes version in k3s' own form.
var Version = "v0.0.0+k3s0"

// Banner is what `k3s --version` prints; commit is eight hexadecimal digits.
func Banner(commit string) string {
	return fmt.Sprintf("%s version %s (%s)\ngo version %s\n", Program, Version, commit, runtime.Version())
}
