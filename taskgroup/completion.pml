/* The protocol of completion.go, exhaustively: one end meets waiters that
 * register, that give up, and that park without a channel.
 *
 * state is the atomic word, mu the lock; every atomic block is one operation of
 * the code. Shown: nobody waits for ever (no invalid end state), nobody goes on
 * before the end unless cancelled, nobody is told twice. The mutants are typical
 * mistakes; spin must refute each:
 *
 *	-DMUTANT=1  the waiter looks at ended before it announces itself
 *	-DMUTANT=2  the end looks for watchers before it is published
 *	-DMUTANT=3  the parker announces itself before it has added to the WaitGroup
 *	-DMUTANT=4  two waiters may park on the same WaitGroup reservation
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define WATCHERS 2
#define PARKERS 2

bool ended, claimed, parked, watched;
bool mu;
bool in[WATCHERS];	/* observer.in: registered */
byte told[WATCHERS];	/* how often it was told */
byte wg;		/* the WaitGroup first; 255: gone below zero */

inline lock()   { atomic { !mu -> mu = true } }
inline unlock() { mu = false }

/* watch is watchLocked and the registration in observe: alive says whether the
 * end is still to come. */
inline watch(i, alive)
{
	lock();
#if MUTANT == 1
	alive = !ended;
	watched = true;
#else
	atomic { alive = !ended; watched = true }
#endif
	if
	:: alive -> in[i] = true
	:: else
	fi;
	unlock()
}

proctype end()
{
	bool wasParked, wasWatched, mine[WATCHERS];
	byte i;
#if MUTANT == 2
	wasWatched = watched;
	atomic { wasParked = parked; ended = true }
#else
	atomic { wasParked = parked; wasWatched = watched; ended = true }
#endif
	if
	:: wasParked -> assert(wg > 0); wg--
	:: else
	fi;
	if
	:: wasWatched ->
		lock();
		for (i : 0 .. WATCHERS - 1) {
			mine[i] = in[i];
			in[i] = false
		}
		unlock();
		for (i : 0 .. WATCHERS - 1) {
			if
			:: mine[i] -> told[i]++
			:: else
			fi
		}
	:: else
	fi
}

/* watcher waits with a context that may end at any time, or never does. */
proctype watcher(byte i)
{
	bool alive, wasIn, patient;
	if
	:: patient = true
	:: patient = false
	fi;
	watch(i, alive);
	if
	:: !alive -> assert(ended)
	:: else ->
		if
		:: told[i] > 0 -> assert(ended)
		:: !patient ->	/* the context ends */
			lock();
			wasIn = in[i];
			in[i] = false;
			unlock();
			if
			:: wasIn	/* left in time */
			:: else ->	/* told already, or being told */
				told[i] > 0;
				assert(ended)
			fi
		fi
	fi;
	assert(told[i] <= 1)
}

/* parker waits with a context that cannot end: park, or else watch. */
proctype parker()
{
	bool was;
#if MUTANT == 4
	was = claimed;
	claimed = true;
#else
	atomic { was = claimed; claimed = true }
#endif
	if
	:: !was ->
#if MUTANT != 3
		wg++;
#endif
		atomic { was = ended; parked = true }
#if MUTANT == 3
		wg++;
#endif
		if
		:: was
		:: else -> wg == 0
		fi;
		assert(ended)
	:: else		/* waits as a watcher does: not modelled twice */
	fi
}

init
{
	atomic {
		run end();
		run watcher(0);
		run watcher(1);
		run parker();
		run parker()
	}
}
