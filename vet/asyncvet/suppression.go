package asyncvet

import (
	"go/ast"
	"go/token"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Suppression reports comments that try to silence another analyzer of this
// package and do not, because they give no reason or name no rule.
var Suppression = &analysis.Analyzer{
	Name:       "suppression",
	Doc:        section("suppression"),
	URL:        page + "suppression",
	Run:        runSuppression,
	ResultType: reflect.TypeFor[suppressions](),
}

// suppressions has the rules that are silent, "" for all, by file and line.
type suppressions map[string]map[int][]string

func (s suppressions) covers(at token.Position, rule string) bool {
	rules := s[at.Filename][at.Line]
	return slices.Contains(rules, rule) || slices.Contains(rules, "")
}

var (
	nolint = regexp.MustCompile(`^//\s?nolint(?::\s*([\w\-, ]+?))?\s*(?://\s*(.*))?$`)
	ignore = regexp.MustCompile(`^//asyncvet:ignore(?:\s+(\S+))?\s*(.*)$`)
)

func runSuppression(pass *analysis.Pass) (any, error) {
	s := suppressions{}
	for _, file := range pass.Files {
		var code map[int]bool // the lines that code begins or ends on, made when it is needed
		for _, group := range file.Comments {
			for _, comment := range group.List {
				rules, problem := parseSuppression(comment.Text)
				if problem != "" {
					pass.Report(analysis.Diagnostic{Pos: comment.Pos(), End: comment.End(), Message: problem, URL: page + "suppression"})
				}
				if len(rules) == 0 {
					continue
				}
				if code == nil {
					code = linesOfCode(pass.Fset, file)
				}
				at := pass.Fset.Position(comment.Pos())
				if !code[at.Line] {
					at.Line = pass.Fset.Position(group.End()).Line + 1
				}
				if s[at.Filename] == nil {
					s[at.Filename] = map[int][]string{}
				}
				s[at.Filename][at.Line] = append(s[at.Filename][at.Line], rules...)
			}
		}
	}
	return s, nil
}

// parseSuppression returns the rules that a comment silences, and what is
// wrong with it if it means to silence one and does not.
func parseSuppression(comment string) (rules []string, problem string) {
	if m := ignore.FindStringSubmatch(comment); m != nil {
		rule, reason := m[1], strings.TrimSpace(m[2])
		switch {
		case !isRule(rule):
			return nil, "asyncvet:ignore needs the name of a rule and a reason"
		case reason == "" || strings.HasPrefix(reason, "//"):
			return nil, "asyncvet:ignore " + rule + " needs a reason"
		}
		return []string{rule}, ""
	}
	m := nolint.FindStringSubmatch(comment)
	if m == nil {
		return nil, ""
	}
	reason := strings.TrimSpace(m[2])
	if m[1] == "" || strings.TrimSpace(m[1]) == "all" {
		// What names no linter is not for this one to complain about.
		if reason != "" {
			rules = []string{""}
		}
		return rules, ""
	}
	for name := range strings.SplitSeq(m[1], ",") {
		switch name = strings.TrimSpace(name); {
		case name == "asyncvet":
			rules = append(rules, "")
		case isRule(name):
			rules = append(rules, name)
		}
	}
	if len(rules) > 0 && reason == "" {
		return nil, "nolint of asyncvet needs a reason: //nolint:asyncvet // reason"
	}
	return rules, ""
}

var ruleNames = []string{
	"outerctx", "ctxafterwait", "causelost", "droppedtask", "uncancellable", "lockacross",
	"permit", "selfwait", "shutdownonfailure", "seqsource", "errcompare", "fromasyncio",
}

func isRule(name string) bool { return slices.Contains(ruleNames, name) }

func linesOfCode(fset *token.FileSet, file *ast.File) map[int]bool {
	lines := map[int]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case nil, *ast.File:
		case *ast.Comment, *ast.CommentGroup:
			return false
		default:
			lines[fset.Position(n.Pos()).Line] = true
			lines[fset.Position(n.End()-1).Line] = true
		}
		return true
	})
	return lines
}
