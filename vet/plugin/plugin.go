// Package plugin makes the analyzers of asyncvet a module plugin of
// golangci-lint, named asyncvet.
//
//	linters:
//	  enable: [asyncvet]
//	  settings:
//	    custom:
//	      asyncvet:
//	        type: module
//	        settings:
//	          disable: [uncancellable] # none by default
//	          fromasyncio: true        # false by default
package plugin

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"example.com/asyncgo/vet/asyncvet"
)

func init() { register.Plugin("asyncvet", New) }

// Settings are those of the plugin in the configuration of golangci-lint.
type Settings struct {
	Disable     []string `json:"disable"`     // rules that do not run
	FromAsyncio bool     `json:"fromasyncio"` // run the rule fromasyncio
}

type plugin struct{ analyzers []*analysis.Analyzer }

// New makes the plugin from its settings. The zero value of Settings runs all
// rules but fromasyncio.
func New(conf any) (register.LinterPlugin, error) {
	settings, err := register.DecodeSettings[Settings](conf)
	if err != nil {
		return nil, err
	}
	p := &plugin{analyzers: asyncvet.Analyzers()}
	for _, name := range settings.Disable {
		named := func(a *analysis.Analyzer) bool { return a.Name == name }
		if !slices.ContainsFunc(p.analyzers, named) {
			return nil, fmt.Errorf("asyncvet has no rule %q", name)
		}
		p.analyzers = slices.DeleteFunc(p.analyzers, named)
	}
	return p, asyncvet.FromAsyncio.Flags.Set("enable", strconv.FormatBool(settings.FromAsyncio))
}

func (p *plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) { return p.analyzers, nil }

func (p *plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
