/* Mirrors: taskgroup/completion.go taskgroup/waiter.go
 *
 * One completion meets observers that register, ordered ones among them, that give
 * up, calls of Done, and waits that park on the task itself.
 *
 * The flags are the bits of the atomic word, mu the lock; every atomic block is
 * one operation of the code. Shown: no wait lasts for ever (no invalid end state),
 * none ends before the completion unless it gives up, no observer is notified or
 * woken twice, Done is closed once and after the completion, and ordered observers
 * are notified before it is visible. The mutants are typical mistakes; spin must
 * refute each:
 *
 *	-DMUTANT=1  the observer looks at completed before it sets its flag
 *	-DMUTANT=2  the completion is published though the word has changed since the look
 *	-DMUTANT=3  the parked call sets its flag before it has added to the WaitGroup
 *	-DMUTANT=4  two calls may park on the same WaitGroup
 *	-DMUTANT=5  ordered observers are notified with the others, after the completion
 *	-DMUTANT=6  an ordered observer may register between the notifying and the completion
 *	-DMUTANT=7  ordered observers are not woken
 *	-DMUTANT=8  Done is closed by every goroutine that finds the completion
 *	-DMUTANT=9  the completion does not close Done
 *	-DMUTANT=10 an observer that gives up too late does not wait until it is woken
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define OBSERVERS 3

bool completed, claimed, parked, observed, ordered, notifying, doneClosed;
bool mu;
bool in[OBSERVERS];	/* observer.in: registered */
bool isOrdered[OBSERVERS];	/* not in the code */
byte notified[OBSERVERS];	/* how often it was notified */
byte woken[OBSERVERS];	/* and woken */
bool hasDone;		/* extra.done is made */
byte closed;		/* how often it was closed */
byte wg;		/* the WaitGroup first; 255: gone below zero */

inline lock()   { atomic { !mu -> mu = true } }
inline unlock() { mu = false }

/* closeDoneLocked; the caller holds mu. */
inline close()
{
	if
#if MUTANT == 8
	:: hasDone -> closed++
#else
	:: hasDone && !doneClosed -> doneClosed = true; closed++
#endif
	:: else
	fi
}

/* announceLocked; the caller holds mu. alive says whether the completion is still to
 * come. */
inline announce(isOrd, alive)
{
#if MUTANT == 1
	alive = !completed;
	atomic { observed = observed || !isOrd; ordered = ordered || isOrd }
#else
	atomic { alive = !completed; observed = observed || !isOrd; ordered = ordered || isOrd }
#endif
	if
	:: !alive -> close()
	:: else
	fi
}

proctype publish()
{
	bool wasParked, wasObserved, notifies, seen[5];
	bool early[OBSERVERS], late[OBSERVERS];
	byte i;

	do
	:: d_step {
		seen[0] = parked; seen[1] = observed; seen[2] = ordered; seen[3] = notifying; seen[4] = claimed;
		notifies = ordered && !notifying
	   };
#if MUTANT == 5
	   notifies = false;
#endif
	   if
	   :: notifies ->	/* notifyOrdered */
		lock();
		notifying = true;
		d_step {
			for (i : 0 .. OBSERVERS - 1) { early[i] = in[i]; in[i] = false }
			i = 0
		};
		unlock();
		for (i : 0 .. OBSERVERS - 1) {
			if
			:: early[i] -> assert(!completed); notified[i]++
			:: else
			fi
		}
	   :: !notifies ->
		atomic {	/* the compare-and-swap */
			if
#if MUTANT == 2
			:: true -> wasParked = parked; wasObserved = seen[1]; completed = true; goto published
#else
			:: seen[0] == parked && seen[1] == observed && seen[2] == ordered && seen[3] == notifying && seen[4] == claimed ->
				wasParked = parked;
				wasObserved = observed;
				completed = true;
				goto published
			:: else
#endif
			fi
		}
	   fi
	od;
published:
	if
	:: wasObserved ->		/* closeDone */
		lock();
#if MUTANT != 9
		close();
#endif
		d_step {
			for (i : 0 .. OBSERVERS - 1) {
				late[i] = in[i];
				in[i] = false;
				assert(!late[i] || !isOrdered[i])
			}
			i = 0
		};
		unlock()
	:: else
	fi;
#if MUTANT != 7
	for (i : 0 .. OBSERVERS - 1) {
		if
		:: early[i] -> woken[i]++
		:: else
		fi
	};
#endif
	for (i : 0 .. OBSERVERS - 1) {
		if
		:: late[i] -> notified[i]++; woken[i]++
		:: else
		fi
	};
	if
	:: wasParked -> assert(wg > 0); wg--
	:: else
	fi
}

/* observer waits with a context that may end at any time, or never does. An ordered
 * one that comes too late waits for the completion as the others do, in another
 * observer's role, which is not modeled twice. */
proctype observer(byte i; bool isOrd)
{
	bool alive, wasIn, patient;
	if
	:: patient = true
	:: patient = false
	fi;
	lock();			/* observe */
	if
#if MUTANT != 6
	:: isOrd && notifying -> alive = false
	:: !(isOrd && notifying) ->
#else
	:: true ->
#endif
		announce(isOrd, alive);
		if
		:: alive -> isOrdered[i] = isOrd; in[i] = true
		:: else
		fi
	fi;
	unlock();
	if
	:: !alive -> assert(completed || isOrd)
	:: else ->
		if
		:: woken[i] > 0 -> assert(completed)
		:: !patient ->	/* the context ends */
			lock();
			wasIn = in[i];
			in[i] = false;
			unlock();
			if
			:: wasIn	/* left in time */
			:: else ->	/* notified, or about to be */
#if MUTANT != 10
				woken[i] > 0;
#endif
				assert(completed)
			fi
		fi
	fi;
	assert(notified[i] <= 1 && woken[i] <= 1)
}

/* doneCaller waits for Done. */
proctype doneCaller()
{
	bool alive;
	lock();			/* doneChan */
	announce(false, alive);
	if
	:: hasDone || alive -> hasDone = true
	:: else			/* closedChan */
	fi;
	unlock();
	if
	:: hasDone -> closed > 0
	:: else
	fi;
	assert(completed && closed <= 1)
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
		atomic { was = completed; parked = true }
#if MUTANT == 3
		wg++;
#endif
		if
		:: was
		:: else -> wg == 0
		fi;
		assert(completed)
	:: else		/* waits as an observer does: not modeled twice */
	fi
}

init
{
	atomic {
		run publish();
		run observer(0, false);
		run observer(1, true);
		if
		:: run parker(); run parker()
		:: run doneCaller(); run doneCaller()
		:: run observer(2, true)
		fi
	}
}
