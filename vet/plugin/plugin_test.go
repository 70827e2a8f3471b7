package plugin_test

import (
	"testing"

	"github.com/golangci/plugin-module-register/register"

	"example.com/asyncgo/vet/asyncvet"

	_ "example.com/asyncgo/vet/plugin"
)

func TestPlugin(t *testing.T) {
	newPlugin, err := register.GetPlugin("asyncvet")
	if err != nil {
		t.Fatal(err)
	}
	all := len(asyncvet.Analyzers())
	for name, test := range map[string]struct {
		settings any
		rules    int
		enabled  string
	}{
		"none":        {nil, all, "false"},
		"disable":     {map[string]any{"disable": []string{"permit", "selfwait"}}, all - 2, "false"},
		"fromasyncio": {map[string]any{"fromasyncio": true}, all, "true"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := newPlugin(test.settings)
			if err != nil {
				t.Fatal(err)
			}
			rules, err := p.BuildAnalyzers()
			if err != nil || len(rules) != test.rules {
				t.Errorf("%d rules, error %v, want %d", len(rules), err, test.rules)
			}
			if got := asyncvet.FromAsyncio.Flags.Lookup("enable").Value.String(); got != test.enabled {
				t.Errorf("fromasyncio.enable is %s, want %s", got, test.enabled)
			}
			if mode := p.GetLoadMode(); mode != register.LoadModeTypesInfo {
				t.Errorf("load mode %s", mode)
			}
		})
	}
	for name, settings := range map[string]any{
		"unknown rule":    map[string]any{"disable": []string{"nothing"}},
		"unknown setting": map[string]any{"enable": true},
	} {
		if _, err := newPlugin(settings); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
