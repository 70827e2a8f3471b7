/* Mirrors: taskgroup/crew.go taskgroup/claims.go
 *
 * Workers claim numbers, send for each other, steal from windows, die of
 * Goexit, and leave.
 *
 * The last function but one waits until the last one has begun, which a limit of
 * two or more must allow. Shown: every function is called exactly once, the call
 * ends exactly once and after all of them, no worker is sent for beyond the
 * limit. The mutants:
 *
 *	-DMUTANT=1  a worker calls the function before it sends for another
 *	-DMUTANT=2  a worker that dies in a function is not replaced
 *	-DMUTANT=3  a worker leaves without another look at the windows
 *	-DMUTANT=4  who looks whether somebody is on the way does not decide at once
 *	-DMUTANT=5  a number is taken from a window in two steps
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define N 3
#define SLOTS 4		/* workers ever sent for */

byte workers;		/* crew.state, together with */
bool onItsWay;
byte limit, counter, slots;
byte lo[SLOTS], hi[SLOTS];	/* the windows */
byte called[N], gone;
bool begun;		/* the last function has */
bool exited;		/* one function has ended its goroutine: once is enough */

inline take(slot, i)
{
#if MUTANT == 5
	if
	:: lo[slot] < hi[slot] -> i = lo[slot]; lo[slot] = i + 1
	:: else -> i = 255
	fi
#else
	atomic {
		if
		:: lo[slot] < hi[slot] -> i = lo[slot]; lo[slot]++
		:: else -> i = 255
		fi
	}
#endif
}

/* reinforce, which CASes the state it has seen: so it is one step, and what it
 * saw of the numbers before that may be out of date. */
inline reinforce(slot)
{
	if
	:: counter < N || lo[slot] < hi[slot] ->
#if MUTANT == 4
		if
		:: workers < limit && !onItsWay ->
			atomic { workers++; onItsWay = true };
			assert(slots < SLOTS && workers <= limit);
			atomic { run serve(slots, true); slots++ }
		:: else
		fi
#else
		atomic {
			if
			:: workers < limit && !onItsWay ->
				workers++;
				onItsWay = true;
				assert(slots < SLOTS && workers <= limit);
				run serve(slots, true);
				slots++
			:: else
			fi
		}
#endif
	:: else
	fi
}

proctype serve(byte slot; bool arrives)
{
	byte i, w, width;
	if
	:: arrives -> onItsWay = false
	:: else
	fi;
work:
	/* shift */
	take(slot, i);
	if
	:: i == 255 ->
		/* next: a single number, or a window if there is a limit */
		width = 1;
		if
		:: limit < N -> width = 2
		:: true
		fi;
		atomic { i = counter; counter = counter + width };
		if
		:: i < N ->
			if
			:: width == 2 && i + 1 < N -> atomic { lo[slot] = i + 1; hi[slot] = i + 2 }
			:: else
			fi
		:: else ->
			do	/* steal from whichever is seen to hold a number */
			:: d_step {
				i = 255;
				for (w : 0 .. SLOTS - 1) {
					if
					:: lo[w] < hi[w] -> i = w
					:: else
					fi
				}
				w = i;
				i = 255
			   };
			   if
			   :: w == 255 -> break
			   :: else ->
				take(w, i);
				if
				:: i < 255 -> break
				:: else
				fi
			   fi
			od
		fi
	:: else
	fi;
	if
	:: i == 255 -> goto leave
	:: else
	fi;
#if MUTANT != 1
	reinforce(slot);
#endif
	called[i]++;
	assert(called[i] == 1 && gone == 0);
	if
	:: i == N - 1 -> begun = true
	:: i == N - 2 && limit > 1 -> begun
	:: else
	fi;
#if MUTANT == 1
	reinforce(slot);
#endif
	if
	:: goto work
	:: !exited ->		/* Goexit */
		exited = true;
#if MUTANT != 2
		run serve(slot, false);
#endif
		goto dead
	fi;
leave:
	atomic {
		workers--;
		if
		:: workers == 0 -> gone++; goto dead
		:: else
		fi
	};
#if MUTANT != 3
	do
	:: workers > 0 && workers < limit && !onItsWay ->
		/* windowed */
		d_step {
			i = 255;
			for (w : 0 .. SLOTS - 1) {
				if
				:: lo[w] < hi[w] -> i = w
				:: else
				fi
			}
		};
		if
		:: i == 255 -> break
		:: else ->
			atomic {
				if
				:: workers > 0 && workers < limit && !onItsWay -> workers++; goto work
				:: else
				fi
			}
		fi
	:: else -> break
	od;
#endif
dead:
	skip
}

init
{
	if
	:: limit = 1
	:: limit = 2
	:: limit = N
	fi;
	workers = 1;
	onItsWay = true;
	slots = 1;
	run serve(0, true);
	gone > 0;
	assert(gone == 1 && workers == 0);
	byte i;
	for (i : 0 .. N - 1) {
		assert(called[i] == 1)
	}
}
