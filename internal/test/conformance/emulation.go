package conformance

// Emulation is a set of what a replay does otherwise than with the library as it
// is.
type Emulation uint

// What a replay may do. The peculiarities of CPython are one for each of the
// Rules.
const (
	Models                Emulation = 1 << iota // for conditions and queues, models of what the library promises
	CPythonIndices                              // B-04
	CPythonRequeues                             // C-02
	CPythonWakeUps                              // C-03, C-07
	CPythonFreePredicates                       // C-06
	CPythonUnlocks                              // rule 2
	CPythonEarlyDone
	end

	Nothing  Emulation = 0       // the library as it is
	CPython            = end - 1 // all of the above
	Reversed           = end     // the actors that sleep until the same instant run in the reverse order
)

func (e Emulation) has(one Emulation) bool { return e&one != 0 }
