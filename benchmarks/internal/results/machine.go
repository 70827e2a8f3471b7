package results

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// Written says which command wrote a section, with its arguments, when, and on
// which machine.
func Written(name string) string {
	command := "go run ./cmd/" + name
	for _, arg := range os.Args[1:] {
		if strings.ContainsAny(arg, " |*()") {
			arg = "'" + arg + "'"
		}
		command += " " + arg
	}
	return fmt.Sprintf("Written by `%s` on %s.\n\nMachine: %s, %d processors, %s/%s, %s.\n", command,
		time.Now().Format(time.DateOnly), processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for line := range strings.Lines(string(text)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.Trim(name, "\t :\n")
		}
	}
	return "unknown processor"
}

// Peers lists the modules that the program is linked with, and their versions.
func Peers() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "Peers: unknown.\n"
	}
	var all []string
	for _, dep := range info.Deps {
		if dep.Replace == nil {
			all = append(all, dep.Path+" "+dep.Version)
		}
	}
	return "Peers: " + strings.Join(all, ", ") + ".\n"
}
