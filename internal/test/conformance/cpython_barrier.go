package conformance

// cpythonBarrier gives a party as its index the number of those that wait when
// it arrives, also if others that came before have been canceled.
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
