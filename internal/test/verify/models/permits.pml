/* Mirrors: semaphore/permits.go semaphore/semaphore.go
 *
 * One atomic word while no call waits, a lock and a list otherwise, with
 * cancellation, resizing and closing at any moment.
 *
 * Shown: what is acquired and not released is always the limit less what is free,
 * so that no permit is lost or doubled; no waiter is granted permits beyond the
 * limit of that moment; every wait ends. The mutants:
 *
 *	-DMUTANT=1  unlock puts the state into the word although a call waits
 *	-DMUTANT=2  a waiter that is canceled keeps what it was just granted
 *	-DMUTANT=3  a canceled first waiter grants nothing to those behind it
 *	-DMUTANT=4  lock reads the word and clears it in two steps
 *	-DMUTANT=5  Resize grants nothing
 *	-DMUTANT=6  Close leaves the list
 */
#ifndef MUTANT
#define MUTANT 0
#endif

#define CALLERS 3

/* The word: known, or zero. */
bool known;
short wfree, wroom;

bool mu;
short limit, free;			/* under mu */
bool closed;
chan line = [CALLERS] of { byte };
byte want[CALLERS];
bool ready[CALLERS], refused[CALLERS];

short out;	/* what is acquired and not released: not in the code */

#define ISKNOWN (known && (wfree != 0 || wroom != 0))

inline lock()
{
	atomic { !mu -> mu = true };
#if MUTANT == 4
	if
	:: ISKNOWN -> free = wfree; known = false
	:: else
	fi
#else
	atomic {
		if
		:: ISKNOWN -> free = wfree; known = false
		:: else -> known = false
		fi
	}
#endif
}

inline unlock()
{
	d_step {
		assert(out == limit - free);
		if
#if MUTANT == 1
		:: !closed && free >= 0 ->
#else
		:: empty(line) && !closed && free >= 0 ->
#endif
			wfree = free;
			wroom = limit - free;
			known = true
		:: nempty(line) || closed || free < 0
		fi
	};
	mu = false
}

/* The rest is called between lock and unlock, so it is one step for others. */
inline grant()
{
	d_step {
		do
		:: nempty(line) ->
			line?<head>;
			if
			:: want[head] <= free ->
				line?head;
				free = free - want[head];
				out = out + want[head];
				assert(out <= limit && !closed);
				ready[head] = true
			:: else -> break
			fi
		:: empty(line) -> break
		od;
		head = 0
	}
}

proctype caller(byte id)
{
	byte n, head;
	bool patient, ok, waits;

	if
	:: n = 1
	:: n = 2
	fi;
	if
	:: patient = true
	:: patient = false
	fi;
	want[id] = n;

	/* acquire: a compare-and-swap that succeeds has read what it changes, and one
	 * that fails changes nothing and is tried again, so it is one step. */
	if
	:: atomic {
		ISKNOWN && wfree >= n ->
		wfree = wfree - n;
		wroom = wroom + n;
		out = out + n;
		ok = true
	   }
	:: !(ISKNOWN && wfree >= n)
	fi;

	/* join */
	if
	:: ok
	:: else ->
		lock();
		d_step {
			if
			:: closed
			:: !closed && n > limit && limit > 0
			:: !closed && (n <= limit || limit == 0) && empty(line) && n <= free ->
				free = free - n;
				out = out + n;
				ok = true
			:: !closed && (n <= limit || limit == 0) && (nempty(line) || n > free) ->
				line!id;
				waits = true
			fi
		};
		unlock();
		if
		:: waits ->
			if
			:: ready[id] -> ok = !refused[id]
			:: !patient ->	/* its context is done: giveUp */
				lock();
				d_step {
					if
					:: line??[eval(id)] -> line??eval(id)
					:: !line??[eval(id)] ->
						if
#if MUTANT != 2
						:: !refused[id] -> free = free + n; out = out - n
						:: refused[id]
#else
						:: true -> out = out - n
#endif
						fi
					fi
				};
#if MUTANT != 3
				grant();
#endif
				unlock()
			fi
		:: else
		fi
	fi;

	/* release */
	if
	:: ok ->
		if
		:: atomic {
			ISKNOWN && wroom >= n ->
			wfree = wfree + n;
			wroom = wroom - n;
			out = out - n
		   }
		:: !(ISKNOWN && wroom >= n) ->
			lock();
			d_step {
				assert(n <= limit - free);
				free = free + n;
				out = out - n
			};
			grant();
			unlock()
		fi
	:: else
	fi
}

proctype resize()
{
	short size, was;
	byte head, i, waiting;
	if
	:: size = 0
	:: size = 1
	:: size = 3
	fi;
again:
	lock();
	d_step {
		was = limit;
		free = free + size - was;
		limit = size;
		waiting = len(line);
		i = 0;
		do
		:: i < waiting ->
			line?head;
			if
			:: want[head] > limit && limit > 0 -> refused[head] = true; ready[head] = true
			:: want[head] <= limit || limit == 0 -> line!head
			fi;
			i++
		:: else -> break
		od;
		head = 0
	};
#if MUTANT != 5
	grant();
#endif
	unlock();
	if
	:: size != 2 -> size = 2; goto again	/* a limit of 0 is a pause, so it must end */
	:: else
	fi
}

proctype close()
{
	byte head;
	lock();
	d_step {
		closed = true;
#if MUTANT != 6
		do
		:: nempty(line) -> line?head; refused[head] = true; ready[head] = true
		:: empty(line) -> break
		od;
#endif
		head = 0
	};
	unlock()
}

init
{
	limit = 2;
	free = 2;
	wfree = 2;
	known = true;
	atomic {
		run caller(0);
		run caller(1);
		run caller(2);
		if
		:: run resize()
		:: run close()
		:: true
		fi
	}
	(_nr_pr == 1) -> assert(out == 0 && empty(line))
}
