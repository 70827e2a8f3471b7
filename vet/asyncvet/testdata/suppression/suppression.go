package suppression

//asyncvet:ignore permit released by the caller
func right() {}

func reasons() {
	_ = 1 //nolint:asyncvet // the reason
	_ = 2 //nolint:errcheck
	_ = 3 //nolint
	_ = 4 //nolint:all
	_ = 5 //nolint:gocritic,permit // the reason
}

// The comment that a finding is about stands alone here, since nothing may follow it.
func wrong() {
	/* want `asyncvet:ignore permit needs a reason` */ //asyncvet:ignore permit
	/* want `asyncvet:ignore needs the name of a rule and a reason` */ //asyncvet:ignore
	/* want `asyncvet:ignore needs the name of a rule and a reason` */ //asyncvet:ignore nothing because
	/* want `nolint of asyncvet needs a reason` */ //nolint:asyncvet
	/* want `nolint of asyncvet needs a reason` */ //nolint:errcheck,permit
}
