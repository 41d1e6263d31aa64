// Renders the templates of a Helm chart by Go's own template engine, which is Helm's, with those of
// Helm's functions that our chart uses. A field that the values do not have is an error.
//
//	go run main.go CHART CASES
//
// CASES is a file with a JSON array of the values that templates see: {"Values": {}, "Release": {},
// "Chart": {}}. The output is a JSON array with the text of all templates for each case.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"text/template"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: main.go CHART CASES"))
	}
	var cases []map[string]interface{}
	text, err := os.ReadFile(os.Args[2])
	fail(err)
	fail(json.Unmarshal(text, &cases))
	files, err := filepath.Glob(filepath.Join(os.Args[1], "templates", "*"))
	fail(err)
	sort.Strings(files)
	var rendered []string
	for _, values := range cases {
		values["Files"] = chartFiles(os.Args[1])
		text, err := render(files, values)
		fail(err)
		rendered = append(rendered, text)
	}
	fail(json.NewEncoder(os.Stdout).Encode(rendered))
}

// The files of a chart that are no templates.
type chartFiles string

// Get is the text of a file.
func (folder chartFiles) Get(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(string(folder), name))
	return string(text), err
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(files []string, values map[string]interface{}) (string, error) {
	all := template.New("chart").Option("missingkey=error")
	all.Funcs(template.FuncMap{
		"include": func(name string, data interface{}) (string, error) {
			var out bytes.Buffer
			err := all.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"toYaml": func(value interface{}) string { return strings.TrimSuffix(toYAML(value), "\n") },
		"toJson": func(value interface{}) (string, error) {
			text, err := json.Marshal(value)
			return string(text), err
		},
		"quote": func(value interface{}) string { return fmt.Sprintf("%q", fmt.Sprint(value)) },
		"default": func(standard, value interface{}) interface{} {
			if truth, _ := template.IsTrue(value); truth {
				return value
			}
			return standard
		},
		"nindent": func(width int, text string) string {
			space := strings.Repeat(" ", width)
			return "\n" + space + strings.ReplaceAll(text, "\n", "\n"+space)
		},
	})
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		if _, err := all.New(filepath.Base(file)).Parse(string(text)); err != nil {
			return "", err
		}
	}
	var out bytes.Buffer
	for _, file := range files {
		name := filepath.Base(file)
		if strings.HasPrefix(name, "_") {
			continue
		}
		out.WriteString("---\n")
		if err := all.ExecuteTemplate(&out, name, values); err != nil {
			return "", err
		}
		out.WriteString("\n")
	}
	return out.String(), nil
}

// toYAML writes a value in blocks, members by name, as sigs.k8s.io/yaml does.
func toYAML(value interface{}) string {
	var out strings.Builder
	switch value := value.(type) {
	case map[string]interface{}:
		if len(value) == 0 {
			return "{}\n"
		}
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			member := value[name]
			switch kind := reflect.ValueOf(member); {
			case kind.Kind() == reflect.Map && kind.Len() > 0:
				fmt.Fprintf(&out, "%q:\n%s", name, indented(toYAML(member), "  ", "  "))
			case kind.Kind() == reflect.Slice && kind.Len() > 0:
				fmt.Fprintf(&out, "%q:\n%s", name, toYAML(member))
			default:
				fmt.Fprintf(&out, "%q: %s", name, toYAML(member))
			}
		}
	case []interface{}:
		if len(value) == 0 {
			return "[]\n"
		}
		for _, item := range value {
			out.WriteString(indented(toYAML(item), "- ", "  "))
		}
	default:
		// What is no map and no list is the same in JSON.
		text, _ := json.Marshal(value)
		out.Write(text)
		out.WriteString("\n")
	}
	return out.String()
}

func indented(text, first, rest string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return first + strings.Join(lines, "\n"+rest) + "\n"
}
