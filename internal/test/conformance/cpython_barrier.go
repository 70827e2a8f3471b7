package conformance

// cpythonBarrier is a barrier in which the index of a party is the number of
// parties that wait when it arrives, also if a party that arrived before has been
// canceled.
type cpythonBarrier struct{ barrierOps }

func (b cpythonBarrier) do(a *actor, st *Step) (any, error) {
	if st.Op != "wait" {
		return b.barrierOps.do(a, st)
	}
	arrival := b.Waiting()
	if _, err := b.wait(a); err != nil || !st.Index {
		return nil, err
	}
	return arrival, nil
}
