/* Mirrors: taskgroup/completion.go
 *
 * One end meets waiters that register, that count ends, that give up, that ask
 * for Done, and that park without a channel.
 *
 * The flags are the bits of the atomic word, mu the lock; every atomic block is
 * one operation of the code. Shown: nobody waits for ever (no invalid end state),
 * nobody goes on before the end unless cancelled, nobody is told or woken twice,
 * Done is closed once and after the end, and those that count ends are told
 * before anybody can see it. The mutants are typical mistakes; spin must refute
 * each:
 *
 *	-DMUTANT=1  the waiter looks at ended before it announces itself
 *	-DMUTANT=2  the end is published though the word has changed since it looked
 *	-DMUTANT=3  the parker announces itself before it has added to the WaitGroup
 *	-DMUTANT=4  two waiters may park on the same WaitGroup reservation
 *	-DMUTANT=5  those that count are told with the others, after the end
 *	-DMUTANT=6  one that counts may come between the telling and the end
 *	-DMUTANT=7  those that are told early are not woken
 *	-DMUTANT=8  Done is closed by everybody who finds the end
 *	-DMUTANT=9  the end does not close Done
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define WATCHERS 3

bool ended, claimed, parked, watched, counted, telling, shut;
bool mu;
bool in[WATCHERS];	/* observer.in: registered */
bool counts[WATCHERS];	/* not in the code: it counts ends */
byte told[WATCHERS];	/* how often it was told */
byte woken[WATCHERS];	/* and woken */
bool hasDone;		/* extra.done is made */
byte closed;		/* how often it was closed */
byte wg;		/* the WaitGroup first; 255: gone below zero */

inline lock()   { atomic { !mu -> mu = true } }
inline unlock() { mu = false }

/* shutLocked; the caller holds mu. */
inline close()
{
	if
#if MUTANT == 8
	:: hasDone -> closed++
#else
	:: hasDone && !shut -> shut = true; closed++
#endif
	:: else
	fi
}

/* watch is watchLocked; the caller holds mu. alive says whether the end is still
 * to come. */
inline watch(count, alive)
{
#if MUTANT == 1
	alive = !ended;
	atomic { watched = watched || !count; counted = counted || count }
#else
	atomic { alive = !ended; watched = watched || !count; counted = counted || count }
#endif
	if
	:: !alive -> close()
	:: else
	fi
}

proctype end()
{
	bool wasParked, wasWatched, tells, seen[5];
	bool early[WATCHERS], late[WATCHERS];
	byte i;

	do
	:: d_step {
		seen[0] = parked; seen[1] = watched; seen[2] = counted; seen[3] = telling; seen[4] = claimed;
		tells = counted && !telling
	   };
#if MUTANT == 5
	   tells = false;
#endif
	   if
	   :: tells ->	/* tell */
		lock();
		telling = true;
		d_step {
			for (i : 0 .. WATCHERS - 1) { early[i] = in[i]; in[i] = false }
			i = 0
		};
		unlock();
		for (i : 0 .. WATCHERS - 1) {
			if
			:: early[i] -> assert(!ended); told[i]++
			:: else
			fi
		}
	   :: !tells ->
		atomic {	/* the compare-and-swap */
			if
#if MUTANT == 2
			:: true -> wasParked = parked; wasWatched = seen[1]; ended = true; goto published
#else
			:: seen[0] == parked && seen[1] == watched && seen[2] == counted && seen[3] == telling && seen[4] == claimed ->
				wasParked = parked;
				wasWatched = watched;
				ended = true;
				goto published
			:: else
#endif
			fi
		}
	   fi
	od;
published:
	if
	:: wasWatched ->		/* announce */
		lock();
#if MUTANT != 9
		close();
#endif
		d_step {
			for (i : 0 .. WATCHERS - 1) {
				late[i] = in[i];
				in[i] = false;
				assert(!late[i] || !counts[i])
			}
			i = 0
		};
		unlock()
	:: else
	fi;
#if MUTANT != 7
	for (i : 0 .. WATCHERS - 1) {
		if
		:: early[i] -> woken[i]++
		:: else
		fi
	};
#endif
	for (i : 0 .. WATCHERS - 1) {
		if
		:: late[i] -> told[i]++; woken[i]++
		:: else
		fi
	};
	if
	:: wasParked -> assert(wg > 0); wg--
	:: else
	fi
}

/* watcher waits with a context that may end at any time, or never does. One that
 * counts and comes too late waits for the end as the others do, in another
 * watcher's role, which is not modelled twice. */
proctype watcher(byte i; bool count)
{
	bool alive, wasIn, patient;
	if
	:: patient = true
	:: patient = false
	fi;
	lock();			/* observe */
	if
#if MUTANT != 6
	:: count && telling -> alive = false
	:: !(count && telling) ->
#else
	:: true ->
#endif
		watch(count, alive);
		if
		:: alive -> counts[i] = count; in[i] = true
		:: else
		fi
	fi;
	unlock();
	if
	:: !alive -> assert(ended || count)
	:: else ->
		if
		:: woken[i] > 0 -> assert(ended)
		:: !patient ->	/* the context ends */
			lock();
			wasIn = in[i];
			in[i] = false;
			unlock();
			if
			:: wasIn	/* left in time */
			:: else ->	/* told already, or being told */
				woken[i] > 0;
				assert(ended)
			fi
		fi
	fi;
	assert(told[i] <= 1 && woken[i] <= 1)
}

/* asker waits for Done. */
proctype asker()
{
	bool alive;
	lock();			/* doneChan */
	watch(false, alive);
	if
	:: hasDone || alive -> hasDone = true
	:: else			/* closedChan */
	fi;
	unlock();
	if
	:: hasDone -> closed > 0
	:: else
	fi;
	assert(ended && closed <= 1)
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
		run watcher(0, false);
		run watcher(1, true);
		if
		:: run parker(); run parker()
		:: run asker(); run asker()
		:: run watcher(2, true)
		fi
	}
}
