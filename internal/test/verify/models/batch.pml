/* Mirrors: taskgroup/batch.go taskgroup/gather.go
 *
 * Workers claim numbers from one counter, start each other, call functions, are
 * replaced after Goexit, and exit.
 *
 * Each function returns, fails or ends its goroutine; the caller's context may be
 * done at any moment. With a limit of n, n functions in a row wait until all of
 * them have begun. Shown: each function is called at most once, and exactly once
 * unless the call is stopped; numbers are claimed in order, so functions begin in
 * order with a limit of 1, and otherwise two may change places between claim and
 * call; n functions in a row may wait for each other; there are no more workers
 * than the limit, and at most one is starting; the call ends exactly once, after
 * all of them; it has succeeded only if every function returned nil; no worker that
 * looks after a failure has been noted begins a function. The mutants:
 *
 *	-DMUTANT=1  a worker calls the function before it starts another worker
 *	-DMUTANT=2  a worker that a function has ended is not replaced
 *	-DMUTANT=3  starting is read and set in two steps
 *	-DMUTANT=4  the counter is read and written in two steps
 *	-DMUTANT=5  a worker that exits looks for others in a second step
 *	-DMUTANT=6  the first failure is noted and the call stopped in two steps
 *	-DMUTANT=7  a worker that has started does not clear the flag
 *	-DMUTANT=8  the replacement of a worker clears the flag of another one
 *	-DMUTANT=9  what has succeeded is counted after the worker has exited
 *	-DMUTANT=10 a worker exits without counting itself out after Goexit
 *	-DMUTANT=11 no worker is started for the last function
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define N 4

byte limit;
byte workers;		/* batch.state, together with */
bool starting;
byte next;
bool mu;		/* call.mu */
byte failures;		/* under mu */
bool stopped;
bool parentDone;
byte succeeded, gone;

bool stops;		/* a failure does: not in Settle */
byte window;		/* the first of those that wait for each other */
bool begun[N];		/* not in the code, as is the rest */
byte waiting;		/* of the window, have begun */
bool failed, exited;	/* one function has failed; one has ended its goroutine */
bool known;		/* a failure has been noted, with all that it does */
byte onTheWay;		/* workers that have yet to clear the flag */

#define OVER (stopped || parentDone)

inline startNext()
{
	if
	:: starting || workers >= limit
	:: else ->
		if
#if MUTANT == 11
		:: next >= N - 1
#else
		:: next >= N
#endif
		:: else ->
#if MUTANT == 3
			if
			:: !starting && workers < limit ->
#else
			atomic {	/* the compare-and-swap */
			if
			:: !starting && workers < limit ->
#endif
				workers++;
				starting = true;
				onTheWay++;
				assert(workers <= limit && onTheWay == 1);
				run work(true)
			:: else
			fi
#if MUTANT != 3
			}
#endif
		fi
	fi
}

/* fail is call.fail, or call.add if a failure stops nothing. */
inline fail()
{
	atomic { !mu -> mu = true };
	failures++;
#if MUTANT != 6
	if
	:: failures == 1 && stops -> stopped = true
	:: else
	fi;
	mu = false;
#else
	if
	:: failures == 1 && stops -> mu = false; stopped = true
	:: else -> mu = false
	fi;
#endif
	known = true
}

proctype work(bool isNew)
{
	byte i, n;
	if
#if MUTANT != 7
	:: isNew -> atomic { starting = false; onTheWay-- }
#endif
#if MUTANT == 8
	:: !isNew -> starting = false
#endif
	:: else
	fi;
	do
	:: OVER -> break
	:: atomic {
		!OVER ->
		assert(!(known && stops))	/* what its own function did, for one */
	   };
#if MUTANT == 4
		i = next;
		next = i + 1;
#else
		atomic { i = next; next++ };
#endif
		if
		:: i >= N -> break
		:: else
		fi;
#if MUTANT != 1
		startNext();
#endif
		atomic {
			assert(!begun[i] && gone == 0);
			assert(next > i && (limit > 1 || i == 0 || begun[i-1]));
			begun[i] = true;
			if
			:: i >= window && i < window + limit -> waiting++
			:: else
			fi
		};
		if
		:: i >= window && i < window + limit -> waiting == limit || OVER
		:: else
		fi;
#if MUTANT == 1
		startNext();
#endif
		if
		:: n++
		:: atomic { failures < 2 -> failed = true };
			fail()
		:: atomic { !exited -> exited = true; failed = true };	/* Goexit: once is enough */
			atomic { succeeded = succeeded + n; n = 0 };
			fail();
#if MUTANT == 10
			workers--;
#elif MUTANT != 2
			run work(false);
#endif
			goto dead
		fi
	od;
#if MUTANT != 9
	atomic { succeeded = succeeded + n; n = 0 };
#endif
	/* exit */
#if MUTANT == 5
	workers--;
	i = workers;
#else
	atomic { workers--; i = workers };
#endif
	if
	:: i > 0
	:: i == 0 -> gone++
	fi;
#if MUTANT == 9
	succeeded = succeeded + n;
#endif
dead:
	skip
}

proctype parent()
{
	parentDone = true
}

init
{
	byte i, called;
	if
	:: limit = 1
	:: limit = 2
	:: limit = 3
	fi;
	select(window : 0 .. N - 1);
	if
	:: window + limit <= N
	:: else -> window = 0
	fi;
	if
	:: stops = true
	:: stops = false
	fi;
	if
	:: run parent()
	:: true
	fi;
	atomic { workers = 1; starting = true; onTheWay = 1; run work(true) };
	gone > 0;
	d_step {
		assert(gone == 1 && workers == 0 && !starting);
		for (i : 0 .. N - 1) {
			called = called + begun[i]
		}
		assert(called == N || OVER);
		assert(succeeded + failures == called);
		assert((succeeded == N) == (called == N && !failed))
	}
	(_nr_pr == 1) -> assert(gone == 1)
}
