package twin

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

func (v version) atLeast(w version) bool {
	return v.major > w.major || v.major == w.major && v.minor >= w.minor
}

// findPython returns the first Python here that runs and is new enough, or "". A
// command may be on PATH and still not run: a version manager's stand-in for a
// version that is not chosen.
func findPython(needed version) string {
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
		var v version
		if _, err := fmt.Sscan(numbers, &v.major, &v.minor); err == nil && v.atLeast(needed) {
			return executable
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
