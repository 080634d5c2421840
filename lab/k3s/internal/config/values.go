// Package config reads a node's settings the way k3s does: environment, then config.yaml and its drop-ins, then flags;
// later ones win.
package config

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

// DefaultFile is read when it exists and no other file is named.
const DefaultFile = "/etc/rancher/k3s/config.yaml"

// Values are raw settings by flag name.
type Values map[string][]string

// Read gathers the values of one subcommand. All faults are reported at once, as lines of one error.
func Read(mode Mode, args []string, env func(string) string) (Values, error) {
	values := Values{}
	var faults []string
	for _, f := range flags {
		if value := env(f.env); f.env != "" && value != "" && f.in(mode) {
			values.replace(f, splitValue(f, value))
		}
	}
	given, flagFaults := parseArgs(mode, args)
	faults = append(faults, flagFaults...)

	file, required := DefaultFile, false
	if named := append(values["config"], given["config"]...); len(named) > 0 {
		file, required = named[len(named)-1], true
	}
	fromFiles, fileFaults := readFiles(mode, file, required)
	faults = append(faults, fileFaults...)

	for _, source := range []Values{fromFiles, given} {
		for name, list := range source {
			values[name] = list
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(faults, "\n"))
	}
	return values, nil
}

func (v Values) replace(f flag, to []string) { v[f.name] = to }

// text is the last value given for a flag, or the default.
func (v Values) text(name, byDefault string) string {
	if list := v[name]; len(list) > 0 && list[len(list)-1] != "" {
		return list[len(list)-1]
	}
	return byDefault
}

func (v Values) boolean(name string) bool { return v.text(name, "false") == "true" }

func splitValue(f flag, value string) []string {
	if f.kind != list {
		return []string{value}
	}
	// Arguments of components may hold commas themselves (eviction-hard=a<1,b<2), so only plain lists are split.
	if strings.HasSuffix(f.name, "-arg") {
		return []string{value}
	}
	return strings.Split(value, ",")
}

// parseArgs reads flags; given more than once, a list flag keeps every value.
func parseArgs(mode Mode, args []string) (Values, []string) {
	values := Values{}
	var faults []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		name, value, hasValue := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(arg, "-"), "-"), "=")
		if !strings.HasPrefix(arg, "-") || name == "" {
			faults = append(faults, fmt.Sprintf("unexpected argument %q", arg))
			continue
		}
		f, known := lookup(mode, name)
		if !known {
			faults = append(faults, "flag provided but not defined: -"+name)
			// Its value, if it has one, is no fault of its own.
			if !hasValue && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
				i++
			}
			continue
		}
		if !hasValue {
			switch {
			case f.kind == boolean:
				value = "true"
			case i+1 < len(args):
				i++
				value = args[i]
			default:
				faults = append(faults, "flag needs an argument: -"+name)
				continue
			}
		}
		if fault := checkBoolean(f, value); fault != "" {
			faults = append(faults, fault)
			continue
		}
		if f.kind == list {
			values[f.name] = append(values[f.name], splitValue(f, value)...)
		} else {
			values.replace(f, []string{value})
		}
	}
	return values, faults
}

func checkBoolean(f flag, value string) string {
	if f.kind == boolean && value != "true" && value != "false" {
		return fmt.Sprintf("invalid boolean value %q for -%s", value, f.name)
	}
	return ""
}

// readFiles reads config.yaml and its drop-in folder (`<file>.d/*.yaml`, by name). A later file replaces a key of an
// earlier one; a key that ends in `+` is appended to it.
func readFiles(mode Mode, file string, required bool) (Values, []string) {
	values := Values{}
	var faults []string
	dropIns, _ := filepath.Glob(file + ".d/*.yaml")
	more, _ := filepath.Glob(file + ".d/*.yml")
	dropIns = append(dropIns, more...)
	sort.Strings(dropIns)
	for _, path := range append([]string{file}, dropIns...) {
		content, err := os.ReadFile(path)
		if os.IsNotExist(err) && path == file && !required {
			continue
		} else if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		faults = append(faults, readYAML(mode, path, content, values)...)
	}
	return values, faults
}

func readYAML(mode Mode, path string, content []byte, values Values) []string {
	document := map[string]any{}
	if err := yaml.Unmarshal(content, &document); err != nil {
		return []string{fmt.Sprintf("failed to parse %s: %v", path, err)}
	}
	keys := make([]string, 0, len(document))
	for key := range document {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	var faults []string
	for _, key := range keys {
		name, appended := strings.CutSuffix(key, "+")
		f, known := lookup(mode, name)
		if !known {
			faults = append(faults, fmt.Sprintf("%s: flag provided but not defined: -%s", path, name))
			continue
		}
		found, fault := yamlValues(f, document[key])
		if fault != "" {
			faults = append(faults, path+": "+fault)
			continue
		}
		if appended {
			values[f.name] = append(values[f.name], found...)
		} else {
			values.replace(f, found)
		}
	}
	return faults
}

func yamlValues(f flag, value any) ([]string, string) {
	var found []string
	elements, isList := value.([]any)
	if !isList {
		elements = []any{value}
	} else if f.kind != list {
		return nil, fmt.Sprintf("%s takes one value, not a list", f.name)
	}
	for _, element := range elements {
		switch element := element.(type) {
		case nil:
		case map[string]any, []any:
			return nil, fmt.Sprintf("%s must be plain values", f.name)
		case float64:
			// YAML numbers arrive as float64 (through JSON): a port must not read 6.443e+03.
			found = append(found, fmt.Sprintf("%.0f", element))
		default:
			found = append(found, splitValue(f, fmt.Sprint(element))...)
		}
	}
	for _, one := range found {
		if fault := checkBoolean(f, one); fault != "" {
			return nil, fault
		}
	}
	return found, ""
}
