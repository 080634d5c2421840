package server

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"onprem-blog/lab/k3s/internal/pki"
)

// addon is one file of `server/manifests`.
type addon struct {
	// name is the file's path below the folder, with `/` as separator.
	name     string
	content  []byte
	checksum string
}

// addonName is what `disable` speaks of: the file's name without extension, or its folder's name.
func addonName(file string) string {
	if folder, _, nested := strings.Cut(file, "/"); nested {
		return folder
	}
	return strings.TrimSuffix(file, filepath.Ext(file))
}

func isDisabled(file string, disabled []string) bool {
	for _, one := range disabled {
		if one == addonName(file) || one == strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)) {
			return true
		}
	}
	return false
}

// writePackaged puts the manifests that k3s brings into `server/manifests`: not the disabled ones, which are taken
// away, nor those with a `.skip` file, which are left as they are.
func (s *Server) writePackaged() error {
	files, err := filepath.Glob(filepath.Join(s.manifests, "*.yaml"))
	if err != nil {
		return err
	}
	fill := strings.NewReplacer(
		"%{CLUSTER_DNS}%", s.options.ClusterDNS,
		"%{CLUSTER_DOMAIN}%", s.options.ClusterDomain,
		"%{DEFAULT_LOCAL_STORAGE_PATH}%", s.options.LocalStoragePath,
	)
	for _, file := range files {
		name := filepath.Base(file)
		target := s.path("manifests/" + name)
		if _, err := os.Stat(target + ".skip"); err == nil {
			continue
		}
		if isDisabled(name, s.options.Disabled) {
			if err := os.Remove(target); err != nil && !os.IsNotExist(err) {
				return err
			}
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := pki.WriteFile(target, []byte(fill.Replace(string(content))), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// readAddons reads every manifest that is to be applied, by name.
func readAddons(folder string, disabled []string) ([]addon, error) {
	var found []addon
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".yaml", ".yml", ".json":
		default:
			return nil
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if _, err := os.Stat(path + ".skip"); err == nil || isDisabled(name, disabled) {
			return nil
		}
		content, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil
		} else if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		found = append(found, addon{name, content, hex.EncodeToString(sum[:])})
		return nil
	})
	sort.Slice(found, func(i, j int) bool { return found[i].name < found[j].name })
	return found, err
}
