package examples_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type version struct{ major, minor int }

func (v version) String() string { return fmt.Sprintf("%d.%d", v.major, v.minor) }

type interpreter struct {
	path string
	version
}

type interpreters []interpreter

// findPythons returns the Pythons that run. A command may be on PATH and still
// not run: a version manager's stand-in for a version that is not chosen.
func findPythons() interpreters {
	var found interpreters
	for _, name := range []string{"python3.14", "python3.13", "python3"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		says, err := exec.Command(path, "-c", "import sys; print(*sys.version_info[:2]); print(sys.executable)").Output()
		if err != nil {
			continue
		}
		// What the stand-in stands for, found once instead of at each start.
		numbers, executable, _ := strings.Cut(strings.TrimSpace(string(says)), "\n")
		p := interpreter{path: executable}
		if _, err := fmt.Sscan(numbers, &p.major, &p.minor); err == nil {
			found = append(found, p)
		}
	}
	return found
}

// atLeast returns the command of the first one that is new enough, or "".
func (ps interpreters) atLeast(v version) string {
	for _, p := range ps {
		if p.major > v.major || p.major == v.major && p.minor >= v.minor {
			return p.path
		}
	}
	return ""
}

var requires = regexp.MustCompile(`^# requires: (\d+)\.(\d+)$`)

// pythonNeeded reads the first line of a program, "# requires: 3.13". Without
// such a line it is 3.11, the first with TaskGroup and timeout.
func pythonNeeded(t *testing.T, program string) version {
	t.Helper()
	f, err := os.Open(program)
	require.NoError(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan()
	v := version{3, 11}
	if m := requires.FindStringSubmatch(lines.Text()); m != nil {
		_, err = fmt.Sscan(m[1]+" "+m[2], &v.major, &v.minor)
		require.NoError(t, err)
	}
	return v
}
