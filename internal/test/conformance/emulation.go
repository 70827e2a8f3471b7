package conformance

// Emulation is a set of what a replay uses in place of the library as it is.
type Emulation uint

// Models has the primitives that CPython cancels in its own way done by this
// package's models of what the library promises, rather than by the library.
// The others are CPython's peculiarities, one for each of the Rules.
const (
	Models                Emulation = 1 << iota
	CPythonIndices                  // B-04
	CPythonRequeues                 // C-02
	CPythonWakeUps                  // C-03, C-07
	CPythonFreePredicates           // C-06
	CPythonUnlocks                  // rule 2

	Nothing Emulation = 0 // the library as it is
	CPython           = Models | CPythonIndices | CPythonRequeues | CPythonWakeUps | CPythonFreePredicates | CPythonUnlocks
)

func (e Emulation) has(one Emulation) bool { return e&one != 0 }
