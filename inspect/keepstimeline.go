package inspect

// KeepsTimeline reports whether m was made with [WithTimeline]: whether a
// timeline without spans is of a monitor that has not seen any yet, or of one
// that keeps none.
//
// asyncio has no counterpart.
func (m *Monitor) KeepsTimeline() bool {
	m.check()
	return m.watch.Timeline() != nil
}
